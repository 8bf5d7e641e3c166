"""Accounts of a demo: one for each role of staff, with secrets told once; none in a city of people."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from neighborhoods.models import User
from neighborhoods.rules import STAFF
from tests.factories import make_boundaries, make_category, make_issue
from web.accounts import factor_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    """A city whose issues were made by a program."""
    make_boundaries(["Fabric"])
    make_category()
    make_issue("lighting", place="fabric", source="demo")


def demo_accounts(**options):
    out = io.StringIO()
    call_command("demo_accounts", stdout=out, **options)
    return out.getvalue()


def test_each_role_has_one_that_signs_in_with_what_was_told(city):
    told = dict(re.findall(r"(\w+): password (\S+), key for an app of codes [A-Z2-7]{32}", demo_accounts()))
    assert set(told) == {role.value for role in STAFF}
    client = Client()
    answer = client.post("/en/sign-in/", {"username": "moderator", "password": told["moderator"]})
    assert answer["Location"] == "/en/sign-in/code/"
    code = demo_accounts(code="moderator").strip()
    assert re.fullmatch(r"\d{6}", code)
    assert client.post("/en/sign-in/code/", {"code": code})["Location"] == "/en/moderation/"


def test_each_holds_its_own_role_and_no_other(city):
    demo_accounts()
    for account in User.objects.all():
        assert [grant.role for grant in account.grants.now()] == [account.username]
        assert factor_of(account)


def test_again_gives_new_secrets_and_no_second_accounts(city):
    before, after = demo_accounts(), demo_accounts()
    assert set(re.findall(r"password (\S+)", before)).isdisjoint(re.findall(r"password (\S+)", after))
    assert User.objects.count() == len(STAFF)
    assert all(account.grants.count() == 1 for account in User.objects.all())


def test_a_city_of_people_gets_none():
    make_boundaries(["Fabric"])
    make_category()
    make_issue("lighting", place="fabric")
    with pytest.raises(CommandError, match="no demo city"):
        demo_accounts()
    assert not User.objects.exists()


def test_an_account_without_codes_has_none_to_tell(city):
    with pytest.raises(CommandError, match="ana is no demo account"):
        demo_accounts(code="ana")
