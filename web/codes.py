"""The codes of a second factor: each opens one session, for as long as it is of use at all.

The library forgets a used code after one period, and takes codes of three. So the factor itself remembers the newest
code that was used, and none up to it is taken again.
"""

from __future__ import annotations

from typing import Any

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext_lazy as _

SPENT = "spent"


@transaction.atomic
def spend(held: Authenticator, code: str) -> bool:
    """Use a code of an app up; False where it, or a later one, was used before, or where it is none."""
    held = Authenticator.objects.select_for_update().get(pk=held.pk)
    secret = decrypt(held.data["secret"])
    fitting = [c for c in yield_hotp_counters_from_time() if compare_user_code(actual=code, expected=_shown(secret, c))]
    if not fitting or fitting[-1] <= held.data.get(SPENT, -1):
        return False
    held.data[SPENT] = fitting[-1]
    held.save(update_fields=["data"])
    return True


def code_of(account: AbstractBaseUser) -> str:
    """The code that the app of an account shows at this moment. Raises Authenticator.DoesNotExist."""
    held = Authenticator.objects.get(user=account, type=Authenticator.Type.TOTP)
    *_before, counter, _after = yield_hotp_counters_from_time()
    return _shown(decrypt(held.data["secret"]), counter)


def _shown(secret: str, counter: int) -> str:
    return format_hotp_value(hotp_value(secret, counter))


def code_field() -> forms.CharField:
    """Where a code is written, with our own words for what may be wrong."""
    return forms.CharField(max_length=40, error_messages={"required": _("Write the code.")})


class Once:
    """A code of an app opens one session; a recovery code does so by itself."""

    authenticator: Authenticator

    def clean_code(self) -> Any:
        code = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP and not spend(self.authenticator, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInForm(Once, AuthenticateForm):
    code = code_field()


class AgainForm(Once, ReauthenticateForm):
    code = code_field()


class SetUpForm(ActivateTOTPForm):
    code = code_field()
