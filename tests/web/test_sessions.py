"""Sessions of staff: they cannot be planted, borrowed or kept, and what is ended is ended at once."""

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from neighborhoods.access import end_role, give_role
from neighborhoods.accounts import close_account
from neighborhoods.rules import STAFF, Role
from tests.staff import PASSWORD, make_moderator, make_person, sign_in
from web.access import BEGAN, IDLE_S, LONGEST_S, SEEN
from web.accounts import secret_for
from web.codes import code_of

pytestmark = pytest.mark.django_db
DOOR, CODE, DESK = "/en/sign-in/", "/en/sign-in/code/", "/en/moderation/"


def with_password(client, name="moderator"):
    return client.post(DOOR, {"username": name, "password": PASSWORD})


def key_of(client):
    return client.cookies["sessionid"].value


# --- planted and borrowed -------------------------------------------------------------------------------------------


def test_a_planted_session_is_not_the_one_that_is_signed_in():
    secret_for(make_moderator())
    planted = SessionStore()
    planted["left"] = "by somebody else"
    planted.create()
    client = Client()
    client.cookies["sessionid"] = planted.session_key
    with_password(client)
    before_code = key_of(client)
    assert before_code != planted.session_key
    assert client.post(CODE, {"code": code_of(make_moderator())}).status_code == 303
    assert key_of(client) not in {planted.session_key, before_code}
    assert "left" not in client.session
    for old in (planted.session_key, before_code):
        other = Client()
        other.cookies["sessionid"] = old
        assert other.get(DESK)["Location"].startswith(DOOR)


def test_the_password_alone_opens_nothing():
    account = make_moderator()
    secret_for(account)
    client = Client()
    with_password(client)
    assert "_auth_user_id" not in client.session
    assert client.get(DESK)["Location"].startswith(DOOR)
    assert client.get("/en/account/")["Location"].startswith(DOOR)


def test_who_signs_in_over_somebody_else_is_not_that_one():
    client = Client()
    sign_in(client, make_person("chief", Role.ADMINISTRATOR))
    secret_for(make_moderator())
    assert with_password(client)["Location"] == CODE
    assert client.get("/en/staff/")["Location"].startswith(DOOR)
    assert client.post(CODE, {"code": code_of(make_moderator())})["Location"] == DESK
    assert client.get("/en/staff/").status_code == 403


def test_closed_between_password_and_code():
    account, chief = make_moderator(), make_person("chief", Role.ADMINISTRATOR)
    secret_for(account)
    client = Client()
    with_password(client)
    close_account(account=account, by=chief, why="left")
    client.post(CODE, {"code": code_of(account)})
    assert client.get(DESK)["Location"].startswith(DOOR)


# --- ended ----------------------------------------------------------------------------------------------------------


def test_it_ends_when_it_lies_unused_and_says_so():
    client = Client()
    sign_in(client, make_moderator())
    assert client.get(DESK).status_code == 200
    age(client, SEEN, IDLE_S - 30)
    assert client.get(DESK).status_code == 200
    age(client, SEEN, IDLE_S + 30)
    answer = client.get(DESK)
    assert answer["Location"] == "/en/sign-in/?next=%2Fen%2Fmoderation%2F&out=late"
    assert "the page lay unused" in client.get(answer["Location"]).content.decode()


def test_it_ends_after_its_longest_however_much_it_is_used():
    client = Client()
    sign_in(client, make_moderator())
    client.get(DESK)
    age(client, BEGAN, LONGEST_S - 60)
    assert client.get(DESK).status_code == 200
    age(client, BEGAN, 120)
    assert client.get(DESK)["Location"].startswith(DOOR)
    assert settings.SESSION_COOKIE_AGE == LONGEST_S


def age(client, what, seconds):
    session = client.session
    session[what] -= seconds
    session.save()


def test_a_role_given_or_ended_counts_from_the_next_page():
    client, account = Client(), make_person("officer")
    sign_in(client, account)
    assert client.get(DESK).status_code == 403
    grant = give_role(user=account, role=Role.OFFICER, by=None)
    assert client.get(DESK).status_code == 200
    end_role(grant=grant, by=None)
    assert client.get(DESK).status_code == 403


@pytest.mark.parametrize("role", sorted(STAFF))
def test_who_is_banned_may_read_and_no_more(role):
    client, account = Client(), make_person("somebody", role)
    sign_in(client, account)
    make_person("chief", Role.ADMINISTRATOR)
    give_role(user=account, role=Role.BANNED, by=None)
    for at in (DESK, "/en/staff/", "/en/keys/", "/admin/"):
        assert client.get(at).status_code == 403, at
        assert client.post(at).status_code in {403, 405}, at
    assert client.get("/en/account/").status_code == 200
    assert client.get("/en/issues/").status_code == 200


def test_cookies_are_for_this_site_alone():
    client = Client()
    make_moderator()
    cookie = with_password(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert settings.SITE_URL.startswith("https://") == settings.SESSION_COOKIE_SECURE
