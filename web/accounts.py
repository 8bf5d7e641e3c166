"""Accounts and their second factor: what Ascult asks of the library that keeps them (django-allauth)."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import authentication_step_completed
from allauth.account.stages import LoginStage
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from issues.rules import IssueRight
from neighborhoods.access import actor_of_account
from neighborhoods.accounts import check_act, once_given_at
from neighborhoods.acts import Act, note
from neighborhoods.models import User
from neighborhoods.rules import PeopleRight, Role
from web.codes import spend
from web.permissions import allowed
from web.spoken import spoken

log = logging.getLogger(__name__)
# In the session: the key of the second factor that was shown in it (with the factor goes what was shown), and where
# somebody wanted to go before they had one.
SHOWN, WANTED = "second_factor", "wanted"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator; nobody signs up, and no mail is written by the library."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **named: Any) -> None:
        """Nothing: the pages say themselves what was done."""

    def send_mail(self, *args: Any, **named: Any) -> None:
        """Nothing: mail leaves through web.mailing alone."""

    def send_notification_mail(self, *args: Any, **named: Any) -> None:
        """Nothing, as above."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return landing(request.user)

    def is_safe_url(self, url: str) -> bool:
        return is_local(url)

    def get_login_stages(self) -> list[str]:
        return [*super().get_login_stages(), "web.accounts.OwnPasswordStage"]

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Whoever has a second factor shows that one; a password alone would be less than what signing in takes."""
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] == "mfa_reauthenticate"] or methods


class OwnPasswordStage(LoginStage):
    """Whoever comes with a password for one time chooses their own before they are in."""

    key = "own_password"
    urlname = "own-password"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        return (HttpResponseRedirect(reverse(self.urlname)) if once_given_at(self.login.user) else None), True


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secrets of second factors are kept encrypted, with a key that is made of the site's own."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right, or was used before. Wait for the next one.")
    }

    def get_totp_issuer(self) -> str:
        return f"Ascult {spoken(settings.CITY.name)}"

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; of one kept under another key of the site a new one, to which no code fits."""
        try:
            return _fernet().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("a second factor cannot be read: has the SECRET_KEY changed?")
            return generate_totp_secret()


class AdministratorBackend(ModelBackend):
    """Passwords as Django keeps them; in Django's administration, administrators may keep places and subjects.

    The gate has asked for the role and the second factor before any such page begins.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: object = None) -> bool:
        return self._keeps(user_obj, perm.partition(".")[0])

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return self._keeps(user_obj, app_label)

    def _keeps(self, account: Any, app_label: str) -> bool:
        holds = account.is_active and account.grants.now().filter(role=Role.ADMINISTRATOR.value).exists()
        return bool(holds) and app_label == "neighborhoods"


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(salted_hmac("ascult.second-factor", "", algorithm="sha256").digest()))


def is_local(url: str) -> bool:
    """Whether an address is a path of this site."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)


def landing(account: User) -> str:
    """Where somebody begins who did not say where to: at what their roles are for."""
    actor = actor_of_account(account, second_factor=True)
    begins = ((IssueRight.MODERATE, "moderation"), (IssueRight.SEE_DESK, "desk"), (PeopleRight.GIVE_ROLES, "staff"))
    for right, page in begins:
        if allowed(actor, right):
            return reverse(page)
    return reverse("mfa_index")


def factor_of(account: AbstractBaseUser) -> Authenticator | None:
    """The second factor of an account."""
    return Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()


def with_factor(accounts: Iterable[User]) -> set[int]:
    """Of these accounts the keys of those that have a second factor."""
    held = Authenticator.objects.filter(user__in=accounts, type=Authenticator.Type.TOTP)
    return set(held.values_list("user_id", flat=True))


def second_factor_shown(request: HttpRequest) -> bool:
    """Whether whoever is signed in has shown, in this session, the second factor that the account has now."""
    shown = request.session.get(SHOWN)
    return bool(shown) and Authenticator.objects.filter(pk=shown, user=request.user).exists()


@receiver(authentication_step_completed)
def _factor_shown(sender: object, request: HttpRequest, user: User, method: str, **more: Any) -> None:
    if method == "mfa" and (held := factor_of(user)):
        request.session[SHOWN] = held.pk


@receiver(authenticator_added)
def _factor_added(sender: object, request: HttpRequest, user: User, authenticator: Authenticator, **more: Any) -> None:
    """Whoever sets a second factor up has just shown a code of it, which opens nothing else."""
    if authenticator.type == Authenticator.Type.TOTP:
        spend(authenticator, request.POST.get("code", ""))
        request.session[SHOWN] = authenticator.pk
        note(of=user, act=Act.FACTOR_ADDED, by=user)


@receiver(authenticator_removed)
def _factor_removed(sender: object, user: User, authenticator: Authenticator, **more: Any) -> None:
    if authenticator.type == Authenticator.Type.TOTP:
        note(of=user, act=Act.FACTOR_REMOVED, by=user)


@receiver(authenticator_reset)
def _codes_renewed(sender: object, user: User, **more: Any) -> None:
    note(of=user, act=Act.CODES_RENEWED, by=user)


def reset_second_factor(*, account: User, by: User, why: str) -> bool:
    """Take the second factor of somebody else away, with its recovery codes; False where there was none.

    Raises OwnAccountError, ReasonMissingError.
    """
    check_act(account, by, why)
    gone, _kinds = Authenticator.objects.filter(user=account).delete()
    if gone:
        note(of=account, act=Act.FACTOR_RESET, by=by, why=why)
    return bool(gone)


def secret_for(user: AbstractBaseUser) -> str:
    """A second factor for an account made by a command: a new secret in place of any before; told once."""
    Authenticator.objects.filter(user=user).delete()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret
