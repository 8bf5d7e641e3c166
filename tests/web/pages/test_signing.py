"""Staff sign in; who guesses waits; nobody is sent elsewhere; no cookie before."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from neighborhoods.models import Attempt
from neighborhoods.wrong_passwords import FREE, LONGEST_S, begin, delay_s
from tests.staff import PASSWORD, make_moderator, make_person
from tests.staff import sign_in as in_session

pytestmark = pytest.mark.django_db
AT = "/en/sign-in/"


def sign_in(client, password=PASSWORD, name="moderator", **more):
    return client.post(AT, {"username": name, "password": password, **more})


def test_the_page_sets_no_cookie(client):
    answer = client.get(AT)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_the_right_password_leads_to_what_waits(client):
    make_moderator()
    answer = sign_in(client)
    assert (answer.status_code, answer["Location"]) == (303, "/en/moderation/")
    assert answer.cookies["sessionid"]["httponly"]


@pytest.mark.parametrize("name", ["moderator", "nobody there", "", "a\0b", "x" * 400])
def test_what_is_wrong_is_not_said(client, name):
    make_moderator()
    answer = sign_in(client, "wrong", name)
    assert answer.status_code == 422
    assert "The name or the password is not right." in answer.content.decode()
    assert not answer.cookies


def test_an_account_that_was_closed_stays_out(client):
    account = make_moderator()
    account.is_active = False
    account.save()
    assert sign_in(client).status_code == 422


@pytest.mark.parametrize(
    "wanted, leads",
    [
        ("/en/moderation/ABCD-EFGH/", "/en/moderation/ABCD-EFGH/"),
        ("https://elsewhere.example/", "/en/moderation/"),
        ("//elsewhere.example/", "/en/moderation/"),
        ("/\\elsewhere.example", "/en/moderation/"),
        ("javascript:alert(1)", "/en/moderation/"),
        ("http://testserver/en/", "/en/moderation/"),
        ("", "/en/moderation/"),
    ],
)
def test_next_is_a_path_of_this_site(client, wanted, leads):
    make_moderator()
    assert sign_in(client, next=wanted)["Location"] == leads


def test_where_one_wanted_to_go_is_remembered(client):
    answer = client.get("/en/moderation/?number=ABCD")
    assert answer["Location"] == "/en/sign-in/?next=%2Fen%2Fmoderation%2F%3Fnumber%3DABCD"
    assert 'value="/en/moderation/?number=ABCD"' in client.get(answer["Location"]).content.decode()


def test_another_site_signs_nobody_in():
    make_moderator()
    client = Client(enforce_csrf_checks=True, headers={"Origin": "https://elsewhere.example"})
    assert sign_in(client).status_code == 403


def test_signing_out_takes_a_button(client):
    in_session(client, make_moderator())
    assert client.get("/en/sign-out/").status_code == 405
    assert client.post("/en/sign-out/")["Location"] == "/en/sign-in/?out=1"
    assert client.get("/en/moderation/").status_code == 302


def test_signing_out_is_asked_by_our_own_page():
    client = Client(enforce_csrf_checks=True)
    in_session(client, make_moderator())
    assert client.post("/en/sign-out/").status_code == 403


# --- guessing -------------------------------------------------------------------------------------------------------


def test_after_five_wrong_ones_even_the_right_one_waits(client):
    make_moderator()
    for _ in range(FREE["both"]):
        assert sign_in(client, "wrong").status_code == 422
    answer = sign_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 15
    assert "Too many wrong passwords" in answer.content.decode()
    assert "sessionid" not in answer.cookies


def test_somebody_else_does_not_wait(client):
    make_moderator()
    make_person("other")
    for _ in range(FREE["both"] + 1):
        sign_in(client, "wrong")
    assert sign_in(client, name="other").status_code == 303
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere).status_code == 303


def test_the_wait_grows_and_ends():
    assert [delay_s(n, 5) for n in (0, 4, 5, 6, 7, 11, 400)] == [0, 0, 15, 30, 60, 900, LONGEST_S]
    at = timezone.now()
    for k in range(7):
        begin("ana", "198.51.100.7", now=at + dt.timedelta(minutes=k))
    last = at + dt.timedelta(minutes=6)
    assert begin("ana", "198.51.100.7", now=last + dt.timedelta(seconds=1)).wait_s == 59
    assert begin("ana", "198.51.100.7", now=last + dt.timedelta(seconds=61)).wait_s == 0


def test_waiting_tries_are_not_counted():
    for _ in range(FREE["both"] + 20):
        begin("ana", "198.51.100.7")
    assert Attempt.objects.count() == 3 * FREE["both"]


def test_one_sender_over_many_accounts_waits():
    for k in range(FREE["sender"]):
        assert begin(f"account {k}", f"198.51.100.{k % 200}").wait_s == 0
    assert begin("another", "198.51.100.250").wait_s > 0
    assert begin("another", "203.0.113.1").wait_s == 0


def test_many_senders_on_one_account_wait():
    for k in range(FREE["account"]):
        assert begin("Ana ", f"203.0.{k}.1").wait_s == 0
    assert begin("ana", "198.51.100.1").wait_s > 0
    assert begin("dan", "198.51.100.1").wait_s == 0


def test_the_right_password_forgets_the_wrong_ones():
    for _ in range(3):
        begin("ana", "198.51.100.7")
    begin("ana", "198.51.100.7").was_right()
    assert Attempt.objects.count() == 3  # the sender's own wrong ones still count


def test_tries_at_the_same_moment_count_each_other():
    tries = [begin("ana", "198.51.100.7") for _ in range(12)]
    assert sum(t.wait_s == 0 for t in tries) == FREE["both"]


def test_no_name_and_no_address_is_kept():
    begin("ana@example.org", "198.51.100.7")
    for attempt in Attempt.objects.all():
        assert len(bytes(attempt.block)) == 16
        assert attempt.cell == 0


def test_the_admin_has_no_door_of_its_own(client):
    """Its own form counts no wrong passwords."""
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].partition("?")[2] == "next=%2Fadmin%2F"
    assert answer.resolver_match.url_name == "sign-in"
    assert not answer.cookies
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/"])
def test_the_way_to_the_admin_stays_on_this_site(client, wanted):
    assert "evil" not in client.get("/admin/login/", {"next": wanted})["Location"]


def test_who_signed_in_without_the_right_is_told(client):
    in_session(client, make_moderator())
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Your account may not do this" in answer.content.decode() or "Contul" in answer.content.decode()
