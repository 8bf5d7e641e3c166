"""Accounts are made, named, closed and opened by somebody else, and every act leaves a row."""

import datetime as dt
import re

import pytest
from django.db import DatabaseError, transaction

from neighborhoods.access import LastAdministratorError
from neighborhoods.accounts import (
    NameRefusedError,
    NameTakenError,
    OwnAccountError,
    ReasonMissingError,
    choose_password,
    close_account,
    give_password,
    make_account,
    once_given_at,
    open_account,
    sign_as,
    too_old,
)
from neighborhoods.acts import Act, acts_of
from neighborhoods.models import User
from neighborhoods.rules import Role
from tests.staff import PASSWORD, age_steps, make_moderator, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return make_person("chief", Role.ADMINISTRATOR)


def told(account):
    return [(done.act, done.by.username, done.why) for done in acts_of(account)]


def test_an_account_is_made_without_any_role(chief):
    account, password = make_account(name=" ana.pop ", signs_as=" Public lighting ", by=chief)
    assert (account.username, account.signs_as) == ("ana.pop", "Public lighting")
    assert account.check_password(password)
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
    assert not account.grants.exists()
    assert (account.is_staff, account.is_superuser) == (False, False)
    assert told(account) == [(Act.MADE, "chief", "")]


@pytest.mark.parametrize("name", ["", "  ", "a b", "ana\0", "x" * 151, "<b>", "a/b"])
def test_what_is_no_name(name, chief):
    with pytest.raises(NameRefusedError):
        make_account(name=name, signs_as="", by=chief)
    assert User.objects.count() == 1


@pytest.mark.parametrize("name", ["ana", "ANA", "Ａna"])
def test_a_name_is_taken_once(name, chief):
    make_account(name="ana", signs_as="", by=chief)
    with pytest.raises(NameTakenError):
        make_account(name=name, signs_as="", by=chief)


def test_passwords_are_never_the_same(chief):
    assert len({make_account(name=f"ana{k}", signs_as="", by=chief)[1] for k in range(5)}) == 5


def test_a_password_for_one_time_lasts_until_one_is_chosen(chief):
    account, _password = make_account(name="ana", signs_as="", by=chief)
    assert once_given_at(account)
    choose_password(account=account, password="four white horses run")
    assert once_given_at(account) is None
    give_password(account=account, by=chief, why="forgotten")
    assert once_given_at(account)
    assert not account.check_password("four white horses run")
    assert [act for act, _by, _why in told(account)] == [Act.MADE, Act.OWN_CHOSEN, Act.ONCE_GIVEN]


def test_one_that_was_made_by_a_command_is_the_owners_own():
    assert once_given_at(make_moderator()) is None


def test_it_lasts_a_week(chief):
    account, _password = make_account(name="ana", signs_as="", by=chief)
    assert not too_old(once_given_at(account))
    age_steps(dt.timedelta(days=7, minutes=1))
    assert too_old(once_given_at(account))
    assert not too_old(None)


def test_closing_and_opening(chief):
    account = make_moderator()
    assert close_account(account=account, by=chief, why="left the city hall")
    account.refresh_from_db()
    assert not account.is_active
    assert not close_account(account=account, by=chief, why="again")
    password = open_account(account=account, by=chief, why="came back")
    account.refresh_from_db()
    assert account.is_active
    assert account.check_password(password)
    assert not account.check_password(PASSWORD)
    assert account.grants.now().count() == 1
    assert told(account) == [(Act.CLOSED, "chief", "left the city hall"), (Act.OPENED, "chief", "came back")]


@pytest.mark.parametrize("act", [close_account, open_account, give_password])
def test_why_has_to_be_said(act, chief):
    account = make_moderator()
    with pytest.raises(ReasonMissingError):
        act(account=account, by=chief, why="  ")
    with pytest.raises(OwnAccountError):
        act(account=chief, by=chief, why="a reason")
    assert acts_of(account) == acts_of(chief) == []


def test_the_last_administrator_is_not_closed(chief):
    other = make_person("other", Role.ADMINISTRATOR)
    close_account(account=chief, by=other, why="left")
    with pytest.raises(LastAdministratorError):
        close_account(account=other, by=chief, why="left")


def test_the_public_name_changes_and_the_one_before_is_kept(chief):
    account = make_moderator()
    assert sign_as(account=account, signs_as="Roads", by=chief)
    assert sign_as(account=account, signs_as="Roads and bridges", by=chief)
    assert not sign_as(account=account, signs_as=" Roads and bridges ", by=chief)
    assert told(account) == [(Act.RENAMED, "chief", ""), (Act.RENAMED, "chief", "Roads")]


def test_what_was_done_stays_as_it_was_written(chief):
    account, _password = make_account(name="ana", signs_as="", by=chief)
    step = account.steps.get()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        account.steps.update(why="")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        step.delete()
    assert account.steps.get() == step
