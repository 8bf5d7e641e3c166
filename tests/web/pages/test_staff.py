"""Administrators make accounts, give and end roles, and see who gave what and when."""

import pytest
from django.test import Client

from neighborhoods.access import give_role
from neighborhoods.acts import Act, acts_of, note
from neighborhoods.models import Department, Grant, User
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_category
from tests.staff import PASSWORD, make_moderator, make_person, sign_in
from web.accounts import factor_of, secret_for

pytestmark = pytest.mark.django_db
AT = "/en/staff/"


@pytest.fixture
def chief():
    return make_person("chief", Role.ADMINISTRATOR)


@pytest.fixture
def desk(client, chief):
    """A client in which an administrator is signed in."""
    sign_in(client, chief)
    return client


def page_of(account):
    return f"{AT}{account.pk}/"


def text(answer):
    return answer.content.decode()


# --- the list -------------------------------------------------------------------------------------------------------


def test_the_list_names_roles_and_what_is_missing(desk):
    make_boundaries(["Fabric"])
    give_role(user=make_person("ana"), role=Role.OFFICER, by=None, category=make_category("roads"), area="fabric")
    shut = make_person("dan")
    shut.is_active = False
    shut.save()
    page = text(desk.get(AT))
    assert "officer of a department: Streets, pavements, bridges · Fabric" in page
    assert page.count("no second factor yet") == 1
    assert "closed" in page


@pytest.mark.parametrize(
    "query, names",
    [
        ("?q=AN", ["ANton", "ana", "dan"]),
        ("?role=moderator", ["ana"]),
        ("?q=zzz", []),
        ("?q=lighting", ["dan"]),
        ("?role=nothing", ["ANton", "ana", "chief", "dan"]),
    ],
)
def test_it_is_searched(desk, query, names):
    make_person("ana", Role.MODERATOR), make_person("ANton")
    User.objects.filter(pk=make_person("dan").pk).update(signs_as="Public lighting")
    rows = desk.get(AT + query).context["rows"]
    assert sorted(row["account"].username for row in rows) == sorted(names)


def test_it_goes_on_page_by_page(desk):
    User.objects.bulk_create(User(username=f"person {k:03}") for k in range(60))
    first = desk.get(AT)
    assert len(first.context["rows"]) == 50
    rest = desk.get(AT, {"after": first.context["further"]}).context["rows"]
    assert [row["account"].username for row in rest][-1] == "person 059"
    assert len(rest) == 11


@pytest.mark.parametrize("query", ["?q=%00", "?after=%00", "?role=" + "x" * 300, "?q=" + "x" * 300])
def test_a_strange_question_shows_all(desk, query):
    assert desk.get(AT + query).status_code == 200


# --- a new account --------------------------------------------------------------------------------------------------


def test_a_new_account_comes_with_a_password_that_is_shown_once(desk):
    answer = desk.post(
        AT, {"name": "ana", "signs_as": "Public lighting", "is_superuser": "on", "role": "administrator"}
    )
    assert answer.status_code == 201
    account = User.objects.get(username="ana")
    password = answer.context["password"]
    assert account.check_password(password)
    assert password in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert password not in text(desk.get(page_of(account)))
    assert (account.is_superuser, account.is_staff, account.grants.count()) == (False, False, 0)


@pytest.mark.parametrize(
    "name, said",
    [
        ("", "A name has letters"),
        ("a b", "A name has letters"),
        ("ana\0", "A name has letters"),
        ("x" * 200, "A name has letters"),
        ("CHIEF", "There is an account of this name"),
    ],
)
def test_what_is_no_name_is_said_and_the_form_comes_back(desk, name, said):
    answer = desk.post(AT, {"name": name, "signs_as": "Public lighting"})
    assert answer.status_code == 422
    assert said in text(answer)
    assert 'value="Public lighting"' in text(answer)
    assert User.objects.count() == 1


# --- roles ----------------------------------------------------------------------------------------------------------


def test_a_role_is_given_within_its_bounds(desk, chief):
    make_boundaries(["Fabric"])
    make_category()
    Department.objects.create(slug="roads", names={"en": "Roads and bridges"})
    account = make_person("ana")
    bounds = {"department": "roads", "category": "lighting", "area": "fabric"}
    answer = desk.post(page_of(account), {"act": "give", "role": "officer", **bounds})
    assert answer["Location"] == f"{page_of(account)}?done=give"
    grant = Grant.objects.get(user=account)
    assert (grant.department.slug, grant.category.slug, grant.area) == ("roads", "lighting", "fabric")
    assert grant.given_by == chief
    page = text(desk.get(answer["Location"]))
    assert "Roads and bridges · Street lighting · Fabric" in page
    assert "given by chief on" in page
    assert "The role is given." in page


@pytest.mark.parametrize(
    "sent, said",
    [
        ({}, "Choose a role"),
        ({"role": "api_write"}, "Choose a role"),
        ({"role": "resident"}, "Choose a role"),
        ({"role": "officer", "area": "nowhere"}, "Choose a role"),
        ({"role": "officer", "category": "nothing"}, "Choose a role"),
        ({"role": "officer", "department": "1"}, "Choose a role"),
        ({"role": "administrator", "category": "lighting"}, "This role reaches everywhere"),
        ({"role": "moderator"}, "The account has this role already"),
    ],
)
def test_what_is_no_role_to_give(desk, sent, said):
    make_category()
    account = make_moderator()
    answer = desk.post(page_of(account), {"act": "give", **sent})
    assert answer.status_code == 422
    assert said in text(answer)
    assert account.grants.count() == 1


def test_a_role_is_ended_and_stays_written_down(desk, chief):
    account = make_moderator()
    other = Client()
    sign_in(other, account)
    grant = account.grants.get()
    assert desk.post(page_of(account), {"act": "end", "grant": grant.pk})["Location"].endswith("?done=end")
    assert other.get("/en/moderation/").status_code == 403
    grant.refresh_from_db()
    assert grant.ended_by == chief
    page = text(desk.get(page_of(account)))
    assert "ended: moderator, everywhere" in page.lower()
    assert "This account has no role." in page
    assert desk.post(page_of(account), {"act": "end", "grant": grant.pk}).status_code == 422


@pytest.mark.parametrize("grant", ["", "x", "0", "-1", "9" * 30])
def test_a_role_that_is_none_is_not_ended(desk, grant):
    assert desk.post(page_of(make_moderator()), {"act": "end", "grant": grant}).status_code == 422


def test_a_role_of_another_account_is_not_ended_from_here(desk):
    account, other = make_moderator(), make_person("other", Role.OFFICER)
    assert desk.post(page_of(account), {"act": "end", "grant": other.grants.get().pk}).status_code == 422
    assert other.grants.now().exists()


def test_the_last_administrator_cannot_end_themself(desk, chief):
    answer = desk.post(page_of(chief), {"act": "end", "grant": chief.grants.get().pk})
    assert answer.status_code == 422
    assert "This is the last administrator." in text(answer)
    make_person("other", Role.ADMINISTRATOR)
    assert desk.post(page_of(chief), {"act": "end", "grant": chief.grants.get().pk}).status_code == 303
    assert desk.get(AT).status_code == 403


def test_nobody_gives_themself_a_role_even_here(desk, chief):
    answer = desk.post(page_of(chief), {"act": "give", "role": "moderator"})
    assert answer.status_code == 422
    assert "Nobody gives themself a role." in text(answer)
    assert 'value="give"' not in text(desk.get(page_of(chief)))


# --- its state ------------------------------------------------------------------------------------------------------


def test_closing_and_opening(desk):
    account = make_moderator()
    other = Client()
    sign_in(other, account)
    assert desk.post(page_of(account), {"act": "close", "why": ""}).status_code == 422
    assert desk.post(page_of(account), {"act": "close", "why": "left"})["Location"].endswith("?done=close")
    assert other.get("/en/moderation/")["Location"].startswith("/en/sign-in/")
    page = text(desk.get(page_of(account)))
    assert "Open the account again" in page
    assert "Close the account" not in page
    answer = desk.post(page_of(account), {"act": "open", "why": "came back"})
    account.refresh_from_db()
    assert account.check_password(answer.context["password"])
    assert other.get("/en/moderation/")["Location"].startswith("/en/sign-in/")  # its password is another by now
    assert "came back" in text(desk.get(page_of(account)))


def test_a_new_password_is_shown_once(desk):
    account = make_moderator()
    answer = desk.post(page_of(account), {"act": "password", "why": "forgotten; came in person"})
    account.refresh_from_db()
    assert account.check_password(answer.context["password"])
    assert not account.check_password(PASSWORD)


def test_the_second_factor_is_reset(desk):
    account = make_moderator()
    secret_for(account)
    other = Client()
    sign_in(other, account)
    assert other.get("/en/moderation/").status_code == 200
    assert desk.post(page_of(account), {"act": "factor", "why": " "}).status_code == 422
    assert factor_of(account)
    assert desk.post(page_of(account), {"act": "factor", "why": "lost her phone"}).status_code == 303
    assert factor_of(account) is None
    assert other.get("/en/moderation/")["Location"] == "/en/account/"
    assert [(done.act, done.why) for done in acts_of(account)] == [(Act.FACTOR_RESET, "lost her phone")]


@pytest.mark.parametrize("act", ["close", "open", "password", "factor"])
def test_none_of_that_to_oneself(desk, chief, act):
    answer = desk.post(page_of(chief), {"act": act, "why": "a reason"})
    assert answer.status_code == 422
    assert "Nobody does this to their own account." in text(answer)
    assert factor_of(chief)


def test_the_public_name_is_changed(desk):
    account = make_moderator()
    assert desk.post(page_of(account), {"act": "sign-as", "signs_as": "Roads"}).status_code == 303
    account.refresh_from_db()
    assert account.signs_as == "Roads"
    assert desk.post(page_of(account), {"act": "sign-as", "signs_as": "x" * 201}).status_code == 422
    assert desk.post(page_of(account), {"act": "sign-as", "signs_as": "x\0"}).status_code == 422


@pytest.mark.parametrize("act", ["", "delete", "__class__"])
def test_what_is_no_act(desk, act):
    assert desk.post(page_of(make_moderator()), {"act": act}).status_code == 422


def test_no_such_account(desk):
    assert desk.get(f"{AT}999999/").status_code == 404
    assert desk.post(f"{AT}{10**18}/", {"act": "give"}).status_code == 404
    assert desk.get(f"{AT}{10**30}/").status_code == 404


def test_words_of_people_stay_words(desk, chief):
    account = make_person("ana")
    note(of=account, act=Act.CLOSED, by=chief, why="<script>alert(1)</script>")
    User.objects.filter(pk=account.pk).update(signs_as="<b>bold</b>")
    for at in (AT, page_of(account)):
        assert "<script>alert" not in text(desk.get(at))
        assert "<b>bold" not in text(desk.get(at))


def test_the_pages_ask_the_database_the_same_however_many_accounts(desk, django_assert_max_num_queries):
    for k in range(20):
        make_person(f"person {k}", Role.MODERATOR)
    desk.get(AT)
    with django_assert_max_num_queries(16):
        desk.get(AT)
