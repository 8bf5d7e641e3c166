"""What is kept of second factors, and where an account lands."""

import logging

import pytest
from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core import mail
from django.test import RequestFactory

from neighborhoods.rules import Role
from tests.staff import make_moderator, make_person
from web.accounts import SecondFactorAdapter, is_local, landing, reset_second_factor, secret_for
from web.codes import code_of, spend

pytestmark = pytest.mark.django_db


def test_secrets_are_encrypted_at_rest():
    account = make_moderator()
    secret = secret_for(account)
    codes = RecoveryCodes.activate(account)
    kept = {held.type: held.data for held in Authenticator.objects.all()}
    assert kept["totp"]["secret"].startswith("gAAAA")  # a Fernet token
    assert kept["recovery_codes"]["seed"].startswith("gAAAA")
    assert secret not in str(kept)
    assert not any(code in str(kept) for code in codes.get_unused_codes())
    assert SecondFactorAdapter().decrypt(kept["totp"]["secret"]) == secret


def test_the_same_secret_is_kept_differently_every_time():
    adapter = SecondFactorAdapter()
    assert adapter.encrypt("JBSWY3DP") != adapter.encrypt("JBSWY3DP")


def test_under_another_key_of_the_site_no_code_fits(settings, caplog):
    account = make_moderator()
    secret_for(account)
    code = code_of(account)
    held = Authenticator.objects.get()
    settings.SECRET_KEY = "another key"
    with caplog.at_level(logging.ERROR):
        assert not held.wrap().validate_code(code)
        assert not spend(held, code)
    assert "SECRET_KEY" in caplog.text
    assert code not in caplog.text


def test_a_code_is_spent_once():
    account = make_moderator()
    secret_for(account)
    held, code = Authenticator.objects.get(), code_of(account)
    assert not spend(held, "not a code")
    assert spend(held, code)
    assert not spend(held, code)


def test_apps_name_the_city():
    assert SecondFactorAdapter().get_totp_issuer() == "Ascult Timișoara"


@pytest.mark.parametrize(
    "url, local",
    [
        ("/en/moderation/?after=1", True),
        ("", False),
        ("moderation/", False),
        ("//elsewhere.example/", False),
        ("///elsewhere.example", False),
        ("/\\elsewhere.example", False),
        ("https://elsewhere.example/", False),
        ("javascript:alert(1)", False),
        ("http:/elsewhere", False),
    ],
)
def test_what_is_a_path_of_this_site(url, local):
    assert is_local(url) == local
    assert get_adapter().is_safe_url(url) == local


@pytest.mark.parametrize(
    "roles, page",
    [
        ([Role.MODERATOR], "/moderation/"),
        ([Role.OFFICER], "/desk/"),
        ([Role.ADMINISTRATOR], "/staff/"),
        ([Role.ADMINISTRATOR, Role.MANAGER], "/desk/"),
        ([Role.ANALYST], "/account/"),
        ([Role.MODERATOR, Role.BANNED], "/account/"),
        ([], "/account/"),
    ],
)
def test_everybody_lands_where_their_roles_are(roles, page):
    assert landing(make_person("somebody", *roles)).removeprefix("/ro").removeprefix("/en") == page


def test_nobody_signs_up_and_the_library_writes_nothing():
    adapter = get_adapter()
    assert not adapter.is_open_for_signup(RequestFactory().get("/"))
    adapter.send_mail("account/email/login_code", "somebody@example.org", {})
    adapter.send_notification_mail("mfa/email/totp_activated", make_moderator())
    assert mail.outbox == []


def test_another_takes_the_factor_away_whole():
    account, chief = make_moderator(), make_person("chief", Role.ADMINISTRATOR)
    secret_for(account)
    RecoveryCodes.activate(account)
    assert reset_second_factor(account=account, by=chief, why="lost her phone; came in person")
    assert not Authenticator.objects.exists()
    assert not reset_second_factor(account=account, by=chief, why="again")
