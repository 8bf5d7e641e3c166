"""What each role reads of one report, field by field, over all that it may open: as the table below says, no more.

Two reports: one whose words wait for a person, and one of a sensitive subject, whose true place is for few.
"""

from __future__ import annotations

import uuid
from types import SimpleNamespace

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from issues.drafts import Draft, checked
from issues.handling import assign, note
from issues.hooks import Event, make_webhook
from issues.models import Issue
from issues.naming import tracking_number
from issues.photos import add_photo
from issues.rules import IssueRight, TextState
from issues.submitting import submit
from neighborhoods.models import Department
from neighborhoods.rules import Role
from tests.factories import inside, make_analysed
from tests.made_pictures import jpeg
from tests.staff import make_officer, make_person
from tests.web.api.conftest import whole
from tests.web.test_access import args_of, client_of, counted_as
from web.permissions import RIGHTS
from web.routes import ROUTES, Family

pytestmark = pytest.mark.django_db

DESK = RIGHTS[IssueRight.SEE_DESK]
REPORTER = frozenset({Role.REPORTER})
# Field: its sign, and who reads it. What is nobody's is read by nobody at all.
FIELDS: dict[str, tuple[str, frozenset[Role]]] = {
    "public words": ("Lamp out since Monday", frozenset(Role)),
    "words that wait": ("Sign-of-waiting", DESK | REPORTER),
    "address that waits": ("Strada Sign-of-street", DESK | REPORTER),
    "words of a sensitive report": ("Sign-of-sensitive", DESK | REPORTER),
    "true place of a sensitive report": ("{true_place}", RIGHTS[IssueRight.SEE_PLACE]),
    "internal note": ("Sign-of-note", RIGHTS[IssueRight.NOTE]),
    "who it is assigned to": ("sign-of-colleague", DESK | {Role.ADMINISTRATOR, Role.PROTECTION}),
    "e-mail": ("sign-of-mail@example.org", frozenset()),
    "private link": ("{link}", REPORTER),
    "secret of a webhook": ("{secret}", frozenset()),
}


@pytest.fixture
def world(tmp_path, settings):
    """Three reports with a sign in each field."""
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path
    make_analysed()
    lng, lat = inside("fabric")

    def sent(category: str, text: str, at: float) -> SimpleNamespace:
        draft = Draft(category, text, at, lat, address="Strada Sign-of-street", email="sign-of-mail@example.org")
        return submit(key=uuid.uuid4(), draft=checked(draft, settings.CITY))

    shown, waiting = sent("lighting", "Lamp out since Monday.", lng), sent("roads", "Sign-of-waiting", lng)
    sensitive = sent("social", "Sign-of-sensitive", lng + 0.000_123)
    Issue.objects.filter(pk=shown.issue.pk).update(address="", hidden=False, text_state=TextState.SHOWN)
    Issue.objects.filter(pk=waiting.issue.pk).update(text_state=TextState.WITHHELD, words="")
    officer, colleague = make_officer(), make_person("sign-of-colleague", Role.OFFICER)
    department = Department.objects.first()
    for receipt in (waiting, sensitive):
        issue = Issue.objects.get(pk=receipt.issue.pk)
        note(by=officer, issue=issue, text="Sign-of-note")
        assign(by=officer, issue=issue, department=department, person=colleague)
    hook, secret = make_webhook(name="Dispatch", url="https://hooks.example.org/", events=[Event.RAISED], by=None)
    photo = add_photo(issue=Issue.objects.get(pk=waiting.issue.pk), id=uuid.uuid4(), data=jpeg())
    placed = Issue.objects.get(pk=sensitive.issue.pk)
    return SimpleNamespace(
        receipts=[shown, waiting, sensitive],
        hook=hook.pk,
        secret=secret,
        photo=photo.pk,
        account=colleague.pk,
        true_place=f"{placed.point.x:.6f}"[:8],
    )


def addresses(world, role):
    """Every address that is read: those of one report for each of the three."""
    for name, row in ROUTES.items():
        if "GET" not in row.methods or name in {"admin-sign-in", "sign-out"}:
            continue
        for receipt in world.receipts:
            link = receipt.link if role == Role.REPORTER else "f" * 32
            at = SimpleNamespace(**vars(world), number=tracking_number(receipt.issue.pk), issue=receipt.issue)
            given = args_of(name, at, link=link)
            try:
                with override("en"):
                    yield row, reverse(name, **{"kwargs" if isinstance(given, dict) else "args": given})
            except NoReverseMatch as problem:
                raise AssertionError(name) from problem
            if not given:
                break


@pytest.mark.parametrize("role", Role)
def test_each_role_reads_what_is_its_own(role, world):
    client, seen = client_of(role), dict[str, set[str]]()
    signs = {
        field: sign.format(true_place=world.true_place, link=world.receipts[1].link, secret=world.secret)
        for field, (sign, _roles) in FIELDS.items()
    }
    for row, at in addresses(world, role):
        body = whole(client.get(at)).decode(errors="replace")
        for field, sign in signs.items():
            if sign in body:
                seen.setdefault(field, set()).add(at)
            whose = FIELDS[field][1]
            assert sign not in body or role in whose, (field, at)
            assert sign not in body or row.family == Family.PAGE or counted_as(role, row.family) in whose, (field, at)
    assert set(seen) == {field for field, (_sign, whose) in FIELDS.items() if role in whose}, seen
