"""Keys of programs are made, shown once, and refused from the next request on when they are revoked."""

import pytest

from neighborhoods.access import actor_of_token, make_token
from neighborhoods.acts import Act, acts_of
from neighborhoods.models import ApiToken
from neighborhoods.rules import Role
from tests.staff import make_person, sign_in

pytestmark = pytest.mark.django_db
AT = "/en/keys/"


@pytest.fixture
def chief():
    return make_person("chief", Role.ADMINISTRATOR)


@pytest.fixture
def desk(client, chief):
    sign_in(client, chief)
    return client


def test_a_new_key_is_shown_once(desk, chief):
    answer = desk.post(AT, {"name": "A map, Dan I.", "scope": "write"})
    assert answer.status_code == 201
    assert "no-store" in answer["Cache-Control"]
    key, token = answer.context["key"], ApiToken.objects.get()
    assert key in answer.content.decode()
    assert actor_of_token(key).held[0].role == Role.API_WRITE
    page = desk.get(AT).content.decode()
    assert key not in page
    assert f"ascult_{token.begins}…" in page
    assert "made by chief on" in page
    assert token.made_by == chief
    assert [done.act for done in acts_of(token)] == [Act.KEY_MADE]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"name": "", "scope": "read"},
        {"name": "x" * 101, "scope": "read"},
        {"name": "a\0", "scope": "read"},
        {"name": "a map", "scope": "admin"},
        {"name": "a map"},
    ],
)
def test_what_is_no_key(desk, sent):
    answer = desk.post(AT, sent)
    assert answer.status_code == 422
    assert "Write whose key it is" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_sent_twice_it_is_made_once(desk):
    for status in (201, 422):
        assert desk.post(AT, {"name": "a map", "scope": "read"}).status_code == status
    assert ApiToken.objects.count() == 1


def test_a_revoked_key_is_refused_and_stays_written_down(desk, chief):
    token, key = make_token(name="a map", by=chief)
    actor_of_token(key)
    assert "last used on" in desk.get(AT).content.decode()
    answer = desk.post(AT, {"act": "revoke", "token": token.pk})
    assert (answer.status_code, answer["Location"]) == (303, f"{AT}?done=revoked")
    assert actor_of_token(key) is None
    page = desk.get(answer["Location"]).content.decode()
    assert "The key is revoked." in page
    assert "revoked on" in page
    assert [(done.act, done.by) for done in acts_of(token)][-1] == (Act.KEY_REVOKED, chief)
    assert desk.post(AT, {"act": "revoke", "token": token.pk}).status_code == 422


@pytest.mark.parametrize("token", ["", "x", "0", "9" * 30])
def test_what_is_none_is_not_revoked(desk, token):
    answer = desk.post(AT, {"act": "revoke", "token": token})
    assert answer.status_code == 422
    assert "There is no such key in force." in answer.content.decode()


def test_a_key_opens_no_page(client, chief):
    """Where people read pages, a program is nobody; its key in an address is nothing at all."""
    _token, key = make_token(name="a map", scope="write", by=chief)
    assert client.get(AT, headers={"Authorization": f"Bearer {key}"})["Location"].startswith("/en/sign-in/")
    assert client.get(AT, {"key": key, "api_key": key})["Location"].startswith("/en/sign-in/")
