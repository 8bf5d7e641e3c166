"""Accounts of people who work with Ascult: made, named, closed and opened by an administrator.

A password that somebody else has made is for one time: with it one comes as far as choosing one's own.
"""

from __future__ import annotations

import datetime as dt
import secrets

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from neighborhoods.access import keep_an_administrator
from neighborhoods.acts import PASSWORD_ACTS, Act, last_of, note
from neighborhoods.models import User

# Without what is easily taken for something else.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
# How long a password for one time may lie unused.
ONCE_FOR = dt.timedelta(days=7)


class NameRefusedError(ValueError):
    """No name for an account: empty, too long, or with signs in it that a name has not."""


class NameTakenError(NameRefusedError):
    """There is an account of that name, in capital letters or not."""


class OwnAccountError(ValueError):
    """Nobody closes their own account, or gives themself a password for one time."""


class ReasonMissingError(ValueError):
    """Such an act has to say why."""


def make_account(*, name: str, signs_as: str, by: User) -> tuple[User, str]:
    """An account without any role, and its password for one time. Raises NameRefusedError, NameTakenError."""
    account = User(username=User.normalize_username(name.strip()), signs_as=signs_as.strip())
    try:
        account.clean_fields(exclude=["password"])
    except ValidationError as problem:
        raise NameRefusedError(f"no name for an account: {name[:150]!r}") from problem
    password = _once()
    account.set_password(password)
    try:
        with transaction.atomic():
            if User.objects.filter(username__iexact=account.username).exists():
                raise NameTakenError(account.username)
            account.save()
            note(of=account, act=Act.MADE, by=by)
    except IntegrityError as problem:
        raise NameTakenError(account.username) from problem
    return account, password


@transaction.atomic
def sign_as(*, account: User, signs_as: str, by: User) -> bool:
    """Change what the public reads of an account; False where it is so already."""
    before, account.signs_as = account.signs_as, signs_as.strip()
    if before == account.signs_as:
        return False
    account.save(update_fields=["signs_as"])
    note(of=account, act=Act.RENAMED, by=by, why=before)
    return True


@transaction.atomic
def close_account(*, account: User, by: User, why: str) -> bool:
    """Shut an account from the next request on; its roles stay written down. False where it was closed.

    Raises OwnAccountError, ReasonMissingError, LastAdministratorError.
    """
    check_act(account, by, why)
    keep_an_administrator(without=account)
    if not User.objects.filter(pk=account.pk, is_active=True).update(is_active=False):
        return False
    note(of=account, act=Act.CLOSED, by=by, why=why)
    return True


@transaction.atomic
def open_account(*, account: User, by: User, why: str) -> str:
    """Open a closed account, and give the password for one time: no session and no password of before comes back.

    Raises OwnAccountError, ReasonMissingError.
    """
    check_act(account, by, why)
    account.is_active = True
    return _new_password(account, Act.OPENED, by, why)


@transaction.atomic
def give_password(*, account: User, by: User, why: str) -> str:
    """A new password for one time; sessions of the old one end. Raises OwnAccountError, ReasonMissingError."""
    check_act(account, by, why)
    return _new_password(account, Act.ONCE_GIVEN, by, why)


@transaction.atomic
def choose_password(*, account: User, password: str) -> None:
    """One's own password. Whether it is strong enough has been asked before."""
    account.set_password(password)
    account.save(update_fields=["password"])
    note(of=account, act=Act.OWN_CHOSEN, by=account)


def once_given_at(account: User) -> dt.datetime | None:
    """When the password was made that somebody else made for the account; None where it is the owner's own."""
    last = last_of(account, PASSWORD_ACTS)
    return last.at if last and last.act != Act.OWN_CHOSEN else None


def too_old(given_at: dt.datetime | None) -> bool:
    """Whether a password for one time has lain too long."""
    return given_at is not None and timezone.now() - given_at > ONCE_FOR


def check_act(account: User, by: User, why: str) -> None:
    """Raise OwnAccountError or ReasonMissingError."""
    if account == by:
        raise OwnAccountError(account.username)
    if not why.strip():
        raise ReasonMissingError(account.username)


def _new_password(account: User, act: Act, by: User, why: str) -> str:
    password = _once()
    account.set_password(password)
    account.save(update_fields=["password", "is_active"])
    note(of=account, act=act, by=by, why=why)
    return password


def _once() -> str:
    """79 bits in four groups that can be read out."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
