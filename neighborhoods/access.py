"""Who may do what, kept: roles given and ended, keys of programs made and revoked, and who stands behind a request."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from neighborhoods.acts import Act, note
from neighborhoods.models import ApiToken, Category, Department, Grant, User
from neighborhoods.models.access import READ
from neighborhoods.rules import BOUNDED, GIVEN, Actor, Held, Role

# What every key begins with, so that one found in a log or a page is known for what it is.
MARK = "ascult_"
SHOWN = 8


class AlreadyGivenError(ValueError):
    """The account holds the role with the same reach."""


class OwnRoleError(ValueError):
    """Nobody gives themself a role."""


class LastAdministratorError(ValueError):
    """Nobody would be left who may give roles."""


def give_role(
    *,
    user: User,
    role: Role,
    by: User | None,
    department: Department | None = None,
    category: Category | None = None,
    area: str = "",
) -> Grant:
    """Give an account a role.

    Raises AlreadyGivenError, OwnRoleError, LastAdministratorError (for a ban), and ValueError for a role that nobody is
    given or that has no bounds to be given within.
    """
    if role not in GIVEN:
        raise ValueError(f"{role} is nobody's to give")
    if role not in BOUNDED and (department or category or area):
        raise ValueError(f"{role} reaches everywhere")
    if by == user:
        raise OwnRoleError(f"{user.username} cannot give themself {role}")
    try:
        with transaction.atomic():
            if role == Role.BANNED:
                keep_an_administrator(without=user)
            return Grant.objects.create(
                user=user, role=role.value, department=department, category=category, area=area, given_by=by
            )
    except IntegrityError as problem:
        raise AlreadyGivenError(f"{user.username} holds {role} already") from problem


@transaction.atomic
def end_role(*, grant: Grant, by: User | None, now: dt.datetime | None = None) -> bool:
    """End a role from the next request on; False where it had ended. Raises LastAdministratorError."""
    if grant.role == Role.ADMINISTRATOR:
        keep_an_administrator(without=grant.user)
    return bool(Grant.objects.now().filter(pk=grant.pk).update(ended_at=now or timezone.now(), ended_by=by))


def keep_an_administrator(*, without: User) -> None:
    """Raise LastAdministratorError where this account is the only one left that may give roles.

    Two who would end each other wait for one another: within a transaction.
    """
    roles = Grant.objects.now().select_for_update().order_by("pk")
    held = list(roles.filter(role=Role.ADMINISTRATOR.value, user__is_active=True).values_list("user_id", flat=True))
    banned = set(roles.filter(role=Role.BANNED.value, user__in=held).values_list("user_id", flat=True))
    if set(held) - banned == {without.pk}:
        raise LastAdministratorError(f"{without.username} is the last administrator")


@transaction.atomic
def make_token(*, name: str, scope: str = READ, by: User | None) -> tuple[ApiToken, str]:
    """A key for a program, and the key itself, which is told this once and kept nowhere."""
    key = MARK + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        name=name, scope=scope, digest=_digest(key), begins=key[len(MARK) :][:SHOWN], made_by=by
    )
    if by:
        note(of=token, act=Act.KEY_MADE, by=by)
    return token, key


@transaction.atomic
def revoke_token(*, token: ApiToken, by: User | None = None, now: dt.datetime | None = None) -> bool:
    """Refuse a key from the next request on; False where it was refused already."""
    revoked = ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now or timezone.now())
    if revoked and by:
        note(of=token, act=Act.KEY_REVOKED, by=by)
    return bool(revoked)


def actor_of_token(key: str) -> Actor | None:
    """The program behind a key; None for a key that is unknown or revoked."""
    token = ApiToken.objects.filter(digest=_digest(key), revoked_at=None).first() if key.startswith(MARK) else None
    if token is None:
        return None
    today = timezone.localdate()
    if token.used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(used_on=today)
    role = Role.API_READ if token.scope == READ else Role.API_WRITE
    return Actor((Held(role),), token=token.pk)


def actor_of_account(user: User, *, second_factor: bool) -> Actor:
    """The person behind an account, with the roles of this moment."""
    given = Grant.objects.now().filter(user=user).select_related("department", "category")
    return Actor((Held(Role.RESIDENT), *map(held_of, given)), account=user.pk, second_factor=second_factor)


def held_of(grant: Grant) -> Held:
    """What a row of the table of roles gives."""
    department, category = grant.department, grant.category
    return Held(Role(grant.role), department.slug if department else "", category.slug if category else "", grant.area)


def _digest(key: str) -> bytes:
    return salted_hmac("ascult.api-token", key, algorithm="sha256").digest()
