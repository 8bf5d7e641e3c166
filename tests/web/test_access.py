"""Every address, every method, every role: the gate lets through what the tables say and nothing else."""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from issues.drafts import Draft, checked
from issues.hooks import Event, make_webhook
from issues.naming import tracking_number
from issues.photos import add_photo
from issues.submitting import submit
from neighborhoods.access import end_role, give_role, make_token, revoke_token
from neighborhoods.models.access import READ, WRITE
from neighborhoods.rules import GIVEN, STAFF, Role
from tests.factories import inside, make_boundaries, make_category
from tests.made_pictures import jpeg
from tests.staff import make_person, sign_in
from web.permissions import RIGHTS, allowed, printed
from web.routes import ADMIN, ROUTES, Family, row_of

pytestmark = pytest.mark.django_db
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def walked(patterns=None, spaces=()):
    """Every named pattern with its namespaces."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from walked(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces)
        elif isinstance(pattern, URLPattern):
            yield spaces, pattern.name


@pytest.fixture
def world(tmp_path, settings):
    """One of everything that an address may name."""
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path
    make_boundaries(["Fabric"])
    make_category()
    lng, lat = inside("fabric")
    draft = Draft(category="roads", text="A deep hole.", lng=lng, lat=lat, language="en")
    receipt = submit(key=uuid.uuid4(), draft=checked(draft, django_city()))
    from issues.models import Issue

    issue = Issue.objects.get()
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    return SimpleNamespace(
        issue=issue,
        number=tracking_number(issue.pk),
        link=receipt.link,
        photo=photo.pk,
        account=make_person("somebody").pk,
        hook=make_webhook(name="Dispatch", url="https://hooks.example.org/", events=[Event.RAISED], by=None)[0].pk,
    )


def django_city():
    return settings.CITY


def args_of(name, world, *, link):
    """What an address of that name is about."""
    held = {
        "issue": [world.number],
        "api-issue": [world.number],
        "api-incident": [world.number],
        "api-category": ["roads"],
        "api-area": ["fabric"],
        "api-report": ["fabric"],
        "issue-verdict": [world.number],
        "feed-issue": [world.number],
        "moderate": [world.number],
        "moderation-photo": {"photo": world.photo, "size": "full"},
        "photo": {"photo": world.photo, "size": "full"},
        "feed-neighborhood": ["fabric"],
        "neighborhood": ["fabric"],
        "report": ["fabric"],
        "report-map": ["fabric"],
        "report-file": {"slug": "fabric", "ext": "json"},
        "apart": ["fabric", "roads"],
        "tile": [1, 1, 1],
        "held": {"secret": "0" * 32},
        "follow-confirm": {"secret": "0" * 32},
        "follow-stop": {"secret": "0" * 32},
        "mine-photo": {"link": link, "photo": world.photo},
        "mine-photo-file": {"link": link, "photo": world.photo, "size": "full"},
        "staff-account": [world.account],
        "hook": [world.hook],
        "open311-definition": {"code": "roads"},
        "open311-request": {"number": world.number},
        "open311-token": {"token": "0" * 64},
        "open311-bulk": {"month": "2026-03"},
    }
    if name in {"mine", "mine-told", "mine-verdict", "mine-erase"}:
        return {"link": link}
    return held.get(name, [])


def address(name, world, link):
    given = args_of(name, world, link=link)
    with override("en"):
        return reverse(name, kwargs=given) if isinstance(given, dict) else reverse(name, args=given)


def client_of(role):
    """A client as somebody of that role has it."""
    client = Client(raise_request_exception=False)
    if role in {Role.API_READ, Role.API_WRITE}:
        _token, key = make_token(name="a program", scope=READ if role == Role.API_READ else WRITE, by=None)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {key}"
        client.api_key = key
    elif role == Role.RESIDENT or role in GIVEN:
        sign_in(client, make_person(role.value, *([role] if role in GIVEN else [])), second_factor=role in STAFF)
    return client


def sent(client, method, at, family):
    """A request as programs of that family send it: those of GeoReport have their key in the form."""
    if family == Family.OPEN311 and method == "POST" and hasattr(client, "api_key"):
        form = f"api_key={client.api_key}&service_code=none"
        return client.generic(method, at, form, "application/x-www-form-urlencoded", HTTP_AUTHORIZATION="")
    return client.generic(method, at)


def counted_as(role, family):
    """On pages a program's key is nothing; where programs ask, a cookie is nothing."""
    if family == Family.PAGE:
        return Role.ANONYMOUS if role in {Role.API_READ, Role.API_WRITE} else role
    return role if role in {Role.API_READ, Role.API_WRITE} else Role.ANONYMOUS


def wanted(row, method, role):
    """What the tables say of one cell: through, link, sign-in, no, or method."""
    right = row.methods.get("GET" if method == "HEAD" else method)
    if right is None:
        return "method"
    roles, role = RIGHTS[right], counted_as(role, row.family)
    if roles == {Role.REPORTER}:
        return "through" if role == Role.REPORTER else "link"
    held = {role} | ({Role.RESIDENT} if role in GIVEN - {Role.BANNED} else set())
    if role == Role.REPORTER:
        held = {Role.ANONYMOUS}
    if roles & held:
        return "through"
    return "sign-in" if held & {Role.ANONYMOUS} and row.family == Family.PAGE else "no"


def found(answer):
    """The same, of an answer."""
    to_sign_in = answer.status_code == 302 and "/sign-in/?next=" in answer["Location"]
    named = {405: "method", 403: "no", 401: "no", 404: "link"}
    return "sign-in" if to_sign_in else named.get(answer.status_code, "through")


def test_every_address_has_a_row_and_every_row_an_address():
    names = {name for spaces, name in walked() if spaces != ("admin",)}
    assert names == set(ROUTES)


def test_the_matrix_has_its_size():
    assert len(ROUTES) * len(METHODS) * len(Role) >= 500


@pytest.mark.parametrize("role", Role)
def test_the_matrix(role, world):
    client, wrong = client_of(role), []
    for name, row in ROUTES.items():
        if name == "admin-sign-in":
            continue  # it only leads on
        at = address(name, world, world.link if role == Role.REPORTER else "f" * 32)
        for method in METHODS:
            if name in {"sign-out", "mine-erase"} and method == "POST" and wanted(row, method, role) == "through":
                continue  # it works, and is the end of this client: tested where it is at home
            answer = sent(client, method, at, row.family)
            assert answer.status_code < 500, (name, method, role, answer.status_code)
            want, got = wanted(row, method, role), found(answer)
            # What is let through may still find nothing, or say that what was sent is not right.
            fine = got == want or (
                want == "through" and got == "link" and RIGHTS[row.methods[_read(method)]] != {Role.REPORTER}
            )
            if not fine:
                wrong.append((name, method, want, got, answer.status_code))
    assert not wrong, "\n".join(map(str, wrong))


def _read(method):
    return "GET" if method == "HEAD" else method


@pytest.mark.parametrize("role", Role)
def test_the_administration_is_for_one_role(role):
    client = client_of(role)
    for at in ("/admin/", "/admin/neighborhoods/boundaryset/", "/admin/neighborhoods/category/"):
        got = found(client.get(at))
        assert got in ({"through"} if role == Role.ADMINISTRATOR else {"no", "sign-in"}), (role, at)
    assert row_of(None) is None
    assert ADMIN.methods.keys() == {"GET", "POST"}


@pytest.mark.parametrize("role", sorted(STAFF))
def test_staff_without_a_second_factor_may_do_no_more_than_anybody(role, world):
    client = Client()
    sign_in(client, make_person(role.value, role), second_factor=False)
    for name, row in ROUTES.items():
        for method, right in row.methods.items():
            if not RIGHTS[right] & {Role.RESIDENT, Role.ANONYMOUS, Role.REPORTER}:
                answer = client.generic(method, address(name, world, world.link))
                lacking = role in RIGHTS[right] and method == "GET"
                assert answer.status_code == (302 if lacking else 403), (name, method)
                assert not lacking or answer["Location"].endswith("/account/")


def test_what_is_ended_is_ended_at_the_next_request(world):
    client, account = Client(), make_person("moderator", Role.MODERATOR)
    sign_in(client, account)
    assert client.get("/en/moderation/").status_code == 200
    end_role(grant=account.grants.get(), by=None)
    assert client.get("/en/moderation/").status_code == 403


def test_a_closed_account_is_signed_out_at_the_next_request(world):
    client, account = Client(), make_person("moderator", Role.MODERATOR)
    sign_in(client, account)
    account.is_active = False
    account.save()
    assert found(client.get("/en/moderation/")) == "sign-in"


def test_a_role_reaches_as_far_as_it_was_given(world):
    from neighborhoods.models import Category

    client, account = Client(), make_person("officer")
    give_role(user=account, role=Role.OFFICER, by=None, category=Category.objects.get(slug="lighting"))
    sign_in(client, account)
    at = f"/en/moderation/{world.number}/"
    assert client.get(at).status_code == 403
    give_role(user=account, role=Role.OFFICER, by=None, category=Category.objects.get(slug="roads"), area="fabric")
    assert client.get(at).status_code == 200


def test_a_session_of_staff_that_lay_unused_is_over(world, monkeypatch):
    client = Client()
    sign_in(client, make_person("moderator", Role.MODERATOR))
    assert client.get("/en/moderation/").status_code == 200
    session = client.session
    session["seen_at"] -= 31 * 60
    session.save()
    assert found(client.get("/en/moderation/")) == "sign-in"


def test_a_revoked_key_is_refused_at_the_next_request(world):
    from neighborhoods.access import actor_of_token

    token, key = make_token(name="a program", by=None)
    assert actor_of_token(key).held[0].role == Role.API_READ
    assert key not in {token.begins, str(token.digest)}
    revoke_token(token=token)
    assert actor_of_token(key) is None
    assert actor_of_token("ascult_" + "x" * 43) is None


def test_the_tables_in_the_docs_are_those_in_force():
    assert printed() in (settings.ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")


def test_every_right_is_somebodys_and_a_banned_person_only_reads():
    assert all(RIGHTS.values())
    from neighborhoods.rules import EVERYBODY, SIGNED_IN, Actor, Held

    banned = Actor((Held(Role.RESIDENT), Held(Role.MODERATOR), Held(Role.BANNED)), second_factor=True)
    assert {right for right in RIGHTS if allowed(banned, right)} == {
        right for right, roles in RIGHTS.items() if roles in (EVERYBODY, SIGNED_IN) or Role.BANNED in roles
    }


def test_no_form_is_sent_by_another_site(world):
    """With the cookie that a browser would send along, without the token that only our own pages know."""
    account = make_person("all", *sorted(STAFF))
    for name, row in ROUTES.items():
        if row.family == Family.PAGE and "POST" in row.methods:
            client = Client(enforce_csrf_checks=True, headers={"Origin": "https://elsewhere.example"})
            sign_in(client, account)
            answer = client.post(address(name, world, world.link), HELPED)
            assert answer.status_code == 403, name
            assert client.session["_auth_user_id"] == str(account.pk)


HELPED = {
    "role": "administrator", "roles": "administrator", "act": "give", "is_staff": "on", "is_superuser": "on",
    "is_active": "on", "groups": "1", "user": "1", "grant": "1", "given_by": "1", "username": "chief",
}  # fmt: skip


@pytest.mark.parametrize("role", [Role.RESIDENT, *sorted(STAFF - {Role.ADMINISTRATOR})])
def test_nobody_helps_themself_to_a_role(role, world):
    """Every form there is, with all the fields that somebody might try."""
    client, account = Client(), make_person("somebody else", *([role] if role in STAFF else []))
    sign_in(client, account)
    held = list(account.grants.values_list("role", flat=True))
    world.account = account.pk
    for name, row in ROUTES.items():
        if "POST" in row.methods and name not in {"sign-out", "mine-erase"}:
            client.post(address(name, world, world.link), HELPED)
    account.refresh_from_db()
    assert list(account.grants.now().values_list("role", flat=True)) == held
    assert (account.is_staff, account.is_superuser) == (False, False)
    assert client.get("/en/staff/").status_code == 403
