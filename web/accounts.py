"""Accounts and their second factor: what Ascult asks of the library that keeps them (django-allauth)."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import authentication_step_completed
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from neighborhoods.rules import Role
from web.spoken import spoken

# In the session: the key of the account that has shown a second factor in it.
SHOWN = "second_factor_of"


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
        return reverse("moderation")

    def get_client_ip(self, request: HttpRequest) -> str:
        from web.pages.challenges import client_address

        return client_address(request)


class SecondFactorAdapter(DefaultMFAAdapter):
    """The secrets of second factors are kept encrypted, with a key that is made of the site's own."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _("This code is not right, or too old.")}

    def get_totp_issuer(self) -> str:
        return f"Ascult {spoken(settings.CITY.name)}"

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


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


def second_factor_shown(request: HttpRequest) -> bool:
    """Whether whoever is signed in has shown a second factor in this session."""
    return request.session.get(SHOWN) == request.user.pk


@receiver(authentication_step_completed)
def _factor_shown(sender: object, request: HttpRequest, user: AbstractBaseUser, method: str, **more: Any) -> None:
    if method == "mfa":
        request.session[SHOWN] = user.pk


@receiver(authenticator_added)
def _factor_added(sender: object, request: HttpRequest, user: AbstractBaseUser, **more: Any) -> None:
    """Whoever sets a second factor up has just shown a code of it."""
    request.session[SHOWN] = user.pk


def secret_for(user: AbstractBaseUser) -> str:
    """A second factor for an account made by a command: a new secret in place of any before; told once."""
    Authenticator.objects.filter(user=user).delete()
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(user: AbstractBaseUser) -> str:
    """The code that the app of an account shows at this moment. Raises Authenticator.DoesNotExist."""
    held = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    *_before, counter, _after = yield_hotp_counters_from_time()
    return format_hotp_value(hotp_value(decrypt(held.data["secret"]), counter))
