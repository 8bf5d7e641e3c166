"""A one-time password opens only the choice of one's own; one's own is changed by who knows it."""

import datetime as dt

import pytest
from django.test import Client

from neighborhoods.access import give_role
from neighborhoods.accounts import give_password, make_account
from neighborhoods.acts import Act, acts_of
from neighborhoods.models import User
from neighborhoods.rules import Role
from neighborhoods.wrong_passwords import FREE
from tests.staff import PASSWORD, age_steps, make_moderator, make_person, sign_in
from web.accounts import factor_of, secret_for
from web.codes import code_of

pytestmark = pytest.mark.django_db
DOOR, OWN, CHANGE = "/en/sign-in/", "/en/sign-in/password/", "/en/account/password/"
NEW = "four white horses run"


@pytest.fixture
def made():
    """A new account of a moderator, and its one-time password."""
    chief = make_person("chief", Role.ADMINISTRATOR)
    account, password = make_account(name="ana", signs_as="", by=chief)
    give_role(user=account, role=Role.MODERATOR, by=chief)
    return account, password


def with_password(client, password, name="ana"):
    return client.post(DOOR, {"username": name, "password": password, "next": "/en/moderation/?after=5"})


def choose(client, password=NEW, again=NEW):
    return client.post(OWN, {"password": password, "again": again})


def test_the_first_time_one_chooses(made, client):
    account, password = made
    assert with_password(client, password)["Location"] == OWN
    assert "Choose your own password" in client.get(OWN).content.decode()
    assert client.get("/en/account/")["Location"].startswith(DOOR)
    answer = choose(client)
    assert (answer.status_code, answer["Location"]) == (303, "/en/moderation/?after=5")
    assert client.get("/en/account/").status_code == 200
    assert [done.act for done in acts_of(account)] == [Act.MADE, Act.OWN_CHOSEN]
    again = Client()
    assert with_password(again, password).status_code == 422
    assert with_password(again, NEW)["Location"] == "/en/moderation/?after=5"


def test_until_then_it_is_asked_every_time(made):
    _account, password = made
    for _ in range(2):
        assert with_password(Client(), password)["Location"] == OWN


@pytest.mark.parametrize(
    "password, again, said",
    [
        (NEW, "four white horses", "The two are not the same."),
        ("", "", "Write the new password twice."),
        ("short", "short", "Take at least 12 characters"),
        ("password1234", "password1234", "not a password that many people use"),
        ("x" * 257, "x" * 257, "Write the new password twice."),
        (None, None, "Choose another."),
    ],
)
def test_what_is_no_password(made, client, password, again, said):
    account, once = made
    with_password(client, once)
    answer = choose(client, once if password is None else password, once if again is None else again)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    account.refresh_from_db()
    assert account.check_password(once)


def test_the_code_comes_before_the_choice(client):
    """Whoever finds a one-time password of an account with a second factor changes nothing."""
    account, chief = make_moderator(), make_person("chief", Role.ADMINISTRATOR)
    secret_for(account)
    once = give_password(account=account, by=chief, why="forgotten")
    assert with_password(client, once, "moderator")["Location"] == "/en/sign-in/code/"
    assert client.get(OWN)["Location"] == DOOR
    assert choose(client).status_code == 302
    answer = client.post("/en/sign-in/code/", {"code": code_of(account)})
    assert answer["Location"] == OWN
    assert choose(client)["Location"] == "/en/moderation/?after=5"
    assert client.get("/en/moderation/").status_code == 200


def test_after_a_week_it_is_too_old(made, client):
    age_steps(dt.timedelta(days=8))
    answer = with_password(client, made[1])
    assert answer.status_code == 422
    assert "has become too old" in answer.content.decode()
    assert with_password(client, "wrong").content.decode().count("too old") == 0


def test_a_new_one_ends_every_session(client):
    account = make_moderator()
    sign_in(client, account)
    give_password(account=account, by=make_person("chief", Role.ADMINISTRATOR), why="lost her laptop")
    assert client.get("/en/moderation/")["Location"].startswith(DOOR)


def test_nobody_chooses_for_another(client):
    assert client.get(OWN)["Location"] == DOOR
    assert choose(client)["Location"] == DOOR


# --- changing it ----------------------------------------------------------------------------------------------------


def change(client, now=PASSWORD, password=NEW, again=NEW):
    return client.post(CHANGE, {"now": now, "password": password, "again": again})


def test_who_knows_the_password_changes_it_and_other_sessions_end(client):
    account, other = make_moderator(), Client()
    sign_in(client, account)
    sign_in(other, account)
    assert client.get(CHANGE).status_code == 200
    assert change(client)["Location"] == "/en/account/?done=password"
    assert client.get("/en/moderation/").status_code == 200
    assert other.get("/en/moderation/")["Location"].startswith(DOOR)
    assert User.objects.get(pk=account.pk).check_password(NEW)
    assert factor_of(account)


def test_who_does_not_know_it_does_not(client):
    account = make_moderator()
    sign_in(client, account)
    answer = change(client, now="wrong")
    assert answer.status_code == 422
    assert "The password that you have now is not right." in answer.content.decode()
    for _ in range(FREE["both"]):
        answer = change(client, now="wrong")
    assert answer.status_code == 429
    assert change(client).status_code == 429
    assert User.objects.get(pk=account.pk).check_password(PASSWORD)


def test_a_weak_one_is_not_taken(client):
    sign_in(client, make_moderator())
    answer = change(client, password="short", again="short")
    assert answer.status_code == 422
    assert "Take at least 12 characters" in answer.content.decode()


def test_the_administration_has_no_page_of_its_own_for_passwords(client):
    sign_in(client, make_person("chief", Role.ADMINISTRATOR))
    assert client.get("/admin/password_change/")["Location"].endswith("/account/password/")
    assert client.post("/admin/password_change/", {"old_password": PASSWORD})["Location"].endswith("/account/password/")
    assert client.post("/admin/logout/")["Location"].endswith("/sign-in/?out=1")
    assert client.get("/en/staff/")["Location"].startswith(DOOR)
