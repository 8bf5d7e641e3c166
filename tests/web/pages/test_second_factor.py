"""Staff show a second factor: set up once, asked for ever after, each code good for one session."""

import time
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from neighborhoods.acts import Act, acts_of
from neighborhoods.rules import STAFF, Role
from neighborhoods.wrong_passwords import FREE
from tests.staff import PASSWORD, make_moderator, make_person
from tests.staff import sign_in as in_session
from web.accounts import SHOWN, factor_of, secret_for
from web.codes import code_of
from web.permissions import RIGHTS
from web.routes import ROUTES

pytestmark = pytest.mark.django_db
DOOR, CODE, AGAIN = "/en/sign-in/", "/en/sign-in/code/", "/en/sign-in/again/code/"
ACCOUNT, CODES = "/en/account/", "/en/account/codes/"
SET_UP, OFF = "/en/account/second-factor/", "/en/account/second-factor/off/"
DESK = "/en/moderation/"


@pytest.fixture(autouse=True)
def no_wait_for_the_commit(monkeypatch):
    """A test is one transaction, which never commits; what the library does after one is done at once."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_more: act())


@pytest.fixture
def clock(monkeypatch):
    """What time it is for the codes: seconds from now."""
    began = time.time() // 30 * 30 + 5
    seconds = [0]
    at = SimpleNamespace(time=lambda: began + seconds[0])
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.time", at)

    def to(passed):
        seconds[0] = passed

    return to


def with_password(client, name="moderator", **more):
    return client.post(DOOR, {"username": name, "password": PASSWORD, **more})


def with_code(client, code, at=CODE):
    return client.post(at, {"code": code})


def recovery_codes(client):
    return client.get(CODES).context["unused_codes"]


def set_up(client):
    """From the key on the page to the codes; gives the key."""
    secret = client.get(SET_UP).context["form"].secret
    _before, now, _after = yield_hotp_counters_from_time()
    answer = with_code(client, format_hotp_value(hotp_value(secret, now)), SET_UP)
    assert (answer.status_code, answer["Location"]) == (303, CODES)
    return secret


def test_the_whole_way_from_the_password_to_the_desk(client):
    account = make_moderator()
    assert with_password(client, next=f"{DESK}?number=ABCD")["Location"] == f"{DESK}?number=ABCD"
    assert client.get(f"{DESK}?number=ABCD")["Location"] == ACCOUNT
    page = client.get(ACCOUNT)
    assert "Staff need a second factor" in page.content.decode()
    assert SET_UP in page.content.decode()
    secret = set_up(client)
    page = client.get(CODES)
    assert len(page.context["unused_codes"]) == 10
    assert page.context["onward"] == f"{DESK}?number=ABCD"
    assert client.get(DESK).status_code == 200
    assert secret not in str(factor_of(account).data)
    assert [done.act for done in acts_of(account)] == [Act.FACTOR_ADDED]


def test_the_key_is_shown_as_a_picture_and_in_letters(client):
    in_session(client, make_moderator(), second_factor=False)
    refresh(client)
    page = client.get(SET_UP)
    text = page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in text
    assert page.context["secret"].replace(" ", "") == page.context["form"].secret
    assert f"otpauth://totp/moderator?secret={page.context['form'].secret}" in text


def refresh(client, seconds_ago=0):
    """As if who is signed in had shown their password so many seconds ago."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - seconds_ago, "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session.save()


def test_a_wrong_code_sets_nothing_up_and_the_key_stays(client):
    account = make_moderator()
    with_password(client)
    secret = client.get(SET_UP).context["form"].secret
    answer = with_code(client, "000000", SET_UP)
    assert answer.status_code == 422
    assert answer.context["form"].secret == secret
    assert "This code is not right" in answer.content.decode()
    assert factor_of(account) is None


def test_an_empty_code_is_said_in_our_words(client):
    secret_for(make_moderator())
    with_password(client)
    assert "Write the code." in with_code(client, " ").content.decode()


# --- signing in -----------------------------------------------------------------------------------------------------


def test_after_the_password_the_code_is_asked_for(client):
    account = make_moderator()
    secret_for(account)
    answer = with_password(client, next=f"{DESK}?after=5")
    assert (answer.status_code, answer["Location"]) == (303, CODE)
    assert client.get(DESK)["Location"].startswith(DOOR)
    answer = with_code(client, code_of(account))
    assert (answer.status_code, answer["Location"]) == (303, f"{DESK}?after=5")
    assert client.get(DESK).status_code == 200


def test_a_code_may_be_written_as_apps_show_it(client):
    account = make_moderator()
    secret_for(account)
    with_password(client)
    code = code_of(account)
    assert with_code(client, f" {code[:3]} {code[3:]} ").status_code == 303


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_nobody_is_sent_elsewhere(client, wanted):
    account = make_moderator()
    secret_for(account)
    with_password(client, next=wanted)
    assert client.post(f"{CODE}?next={wanted}", {"code": code_of(account), "next": wanted})["Location"] == DESK
    assert client.get(f"{CODE}?next={wanted}")["Location"] == DESK
    assert client.get(f"{AGAIN}?next={wanted}").status_code == 200
    secret_for(account)
    assert client.post(f"{AGAIN}?next={wanted}", {"code": code_of(account)})["Location"] == DESK


def test_without_a_password_there_is_no_second_step(client):
    secret_for(make_moderator())
    for answer in (client.get(CODE), with_code(client, "123456")):
        assert answer.status_code in {302, 303}
        assert answer["Location"] == DOOR


def test_a_recovery_code_opens_once(client):
    account = make_moderator()
    in_session(client, account)
    code = RecoveryCodes.activate(account).get_unused_codes()[0]
    for status in (303, 422):
        other = Client()
        with_password(other)
        assert with_code(other, code).status_code == status
    assert other.get(DESK)["Location"].startswith(DOOR)


def test_a_used_code_opens_no_second_session(clock):
    account = make_moderator()
    secret_for(account)
    code = code_of(account)
    first = Client()
    with_password(first)
    assert with_code(first, code).status_code == 303
    for passed in (0, 31):  # the library forgets it after 30 seconds, and would take it for longer
        clock(passed)
        second = Client()
        with_password(second)
        assert with_code(second, code).status_code == 422
    assert with_code(second, code_of(account)).status_code == 303


def test_a_code_before_the_one_used_is_of_no_use(clock):
    account = make_moderator()
    secret_for(account)
    earlier = code_of(account)
    clock(30)
    first, second = Client(), Client()
    with_password(first)
    assert with_code(first, code_of(account)).status_code == 303
    with_password(second)
    assert with_code(second, earlier).status_code == 422


def test_the_code_of_the_setting_up_opens_nothing_else(client):
    account = make_moderator()
    with_password(client)
    set_up(client)
    other = Client()
    with_password(other)
    assert with_code(other, code_of(account)).status_code == 422


def test_phones_may_be_half_a_minute_off(clock):
    account = make_moderator()
    secret_for(account)
    code = code_of(account)
    clock(30)
    client = Client()
    with_password(client)
    assert with_code(client, code).status_code == 303
    clock(0)
    secret_for(account)
    code = code_of(account)
    clock(75)
    with_password(client)
    assert with_code(client, code).status_code == 422


# --- without it, and taking it away ---------------------------------------------------------------------------------


def test_every_page_of_staff_leads_to_the_setting_up_and_back(client):
    """Each page that only staff may read, for a role that may."""
    for name, row in ROUTES.items():
        roles = RIGHTS[row.methods["GET"]] if "GET" in row.methods else frozenset()
        if not roles or not roles <= STAFF or row.family != "page":
            continue
        with override("en"):
            try:
                at = reverse(name)
            except NoReverseMatch:  # pages about one thing are asked for in the matrix (tests/web/test_access.py)
                continue
        client, account = Client(), make_person(f"of {name}", sorted(roles)[0])
        assert with_password(client, account.username, next=at)["Location"] == at
        assert client.get(at)["Location"] == ACCOUNT, name
        set_up(client)
        assert client.get(CODES).context["onward"] == at
        assert client.get(at).status_code not in {302, 403}, name  # some want to know what about


def test_what_was_set_up_elsewhere_is_asked_for_here(client):
    account = make_moderator()
    in_session(client, account, second_factor=False)
    secret_for(account)
    assert client.get(f"{DESK}?number=ABCD")["Location"] == ACCOUNT
    there = client.get(ACCOUNT)["Location"]
    assert there == f"{AGAIN}?next=%2Fen%2Fmoderation%2F%3Fnumber%3DABCD"
    assert client.get(CODES)["Location"].startswith(AGAIN)
    assert with_code(client, code_of(account), there)["Location"] == f"{DESK}?number=ABCD"
    assert client.get(DESK).status_code == 200


def test_taken_away_it_counts_nowhere_any_more(client):
    account = make_moderator()
    with_password(client)
    set_up(client)
    other = Client()
    in_session(other, account)
    assert client.post(OFF)["Location"] == ACCOUNT
    assert not Authenticator.objects.exists()
    for one in (client, other):
        assert one.get(DESK)["Location"] == ACCOUNT
    assert [done.act for done in acts_of(account)] == [Act.FACTOR_ADDED, Act.FACTOR_REMOVED]
    set_up(client)
    assert client.get(DESK).status_code == 200
    assert other.get(DESK)["Location"] == ACCOUNT


def test_a_session_cannot_borrow_the_factor_of_another_account(client):
    in_session(client, make_person("other", Role.MODERATOR))
    session = client.session
    shown = session[SHOWN]
    client = Client()
    in_session(client, make_moderator(), second_factor=False)
    session = client.session
    session[SHOWN] = shown
    session.save()
    assert client.get(DESK)["Location"] == ACCOUNT


def test_before_anything_changes_one_shows_a_code_again(client, clock):
    account = make_moderator()
    in_session(client, account)
    refresh(client, seconds_ago=301)
    for at in (OFF, CODES, "/en/account/codes/new/"):
        if at == CODES:
            RecoveryCodes.activate(account)
        answer = client.get(at)
        assert answer["Location"] == f"{AGAIN}?next={at.replace('/', '%2F')}"
    # A password is less than that.
    assert client.get("/en/sign-in/again/")["Location"] == AGAIN
    assert client.post("/en/sign-in/again/", {"password": PASSWORD})["Location"] == AGAIN
    assert client.post(OFF)["Location"].startswith(AGAIN)
    assert "account_reauthentication_state" not in client.session
    assert Authenticator.objects.filter(user=account, type="totp").exists()
    assert with_code(client, code_of(account), f"{AGAIN}?next={CODES}")["Location"] == CODES
    assert client.get(CODES).status_code == 200


def test_new_recovery_codes_end_the_old_ones(client):
    account = make_moderator()
    with_password(client)
    set_up(client)
    old = recovery_codes(client)
    assert client.post("/en/account/codes/new/")["Location"] == CODES
    new = recovery_codes(client)
    assert not set(old) & set(new)
    other = Client()
    with_password(other)
    assert with_code(other, old[0]).status_code == 422
    assert with_code(other, new[0]).status_code == 303
    assert acts_of(account)[-1].act == Act.CODES_RENEWED


def test_without_a_factor_its_pages_lead_to_the_account(client):
    in_session(client, make_moderator(), second_factor=False)
    for at in (OFF, CODES, "/en/account/codes/new/"):
        assert client.get(at)["Location"] == ACCOUNT
        assert client.post(at).status_code in {302, 405}


def test_who_has_one_sets_no_second_one_up(client):
    in_session(client, make_moderator())
    assert client.get(SET_UP)["Location"] == ACCOUNT


def test_a_form_of_staff_without_a_factor_is_refused(client):
    in_session(client, make_person("chief", Role.ADMINISTRATOR), second_factor=False)
    answer = client.post("/en/staff/", {"name": "somebody"})
    assert answer.status_code == 403
    assert not make_person("chief").__class__.objects.filter(username="somebody").exists()


# --- how it looks, and what is kept of it ---------------------------------------------------------------------------


def test_no_page_of_the_library_shows(client):
    """Every template that any of these pages is made of lies in our own folder."""
    account = make_moderator()
    pages = [with_code(client, "x", at) for at in (CODE,)]
    with_password(client)
    pages += [client.get(SET_UP), with_code(client, "", SET_UP)]
    set_up(client)
    pages += [client.get(at) for at in (ACCOUNT, CODES, OFF, "/en/account/codes/new/", "/en/account/password/", AGAIN)]
    pages += [with_code(client, "1", AGAIN)]
    other = Client()
    with_password(other)
    pages += [other.get(CODE), *[with_code(other, "1") for _ in range(FREE["both"] + 1)]]
    third = Client()
    in_session(third, make_person("planner", Role.PLANNER), second_factor=False)
    pages += [third.get("/en/sign-in/again/"), third.post("/en/sign-in/again/", {"password": ""})]
    own = str(settings.ROOT / "web" / "templates")
    used = {t.origin.name for page in pages for t in page.templates if t.origin}
    assert len(used) >= 10
    assert [name for name in used if not name.startswith(own)] == []
    assert account.grants.count() == 1


def test_nothing_of_it_is_kept_by_a_browser(client):
    make_moderator()
    with_password(client)
    assert "no-store" in client.get(SET_UP)["Cache-Control"]
    set_up(client)
    for at in (ACCOUNT, CODES, OFF, AGAIN, "/en/account/codes/new/", "/en/account/password/"):
        assert "no-store" in client.get(at)["Cache-Control"], at


def test_the_account_says_what_it_may_do(client):
    in_session(client, make_moderator())
    page = client.get(ACCOUNT).content.decode()
    assert "Moderator: everywhere" in page
    assert DESK in page
    assert "/en/staff/" not in page
