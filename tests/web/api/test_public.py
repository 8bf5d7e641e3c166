"""No answer of the API holds what the public may not see, and each is the same whoever asks."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from issues.drafts import Draft, checked
from issues.models import Issue
from issues.moderating import hide
from issues.naming import tracking_number
from issues.rules import TextState
from issues.submitting import submit
from neighborhoods.access import make_token
from neighborhoods.models.access import READ, WRITE
from tests.factories import instant, make_analysed, make_issue
from tests.staff import make_moderator
from tests.web.api.conftest import whole
from web.routes import ROUTES, Family

pytestmark = pytest.mark.django_db
NAMED = {
    "api-category": ["social"],
    "api-area": ["fabric"],
    "api-report": ["fabric"],
}


@pytest.fixture
def world(tmp_path, settings):
    """Everything that must not come out stands in here with CANARY in it."""
    settings.STATE_DIR = tmp_path
    make_analysed()
    said = {"description": "CANARY one", "title": "CANARY", "address": "CANARY street"}
    sensitive = make_issue("social", place="fabric", at=instant(2026, 3, 5), **said)
    hidden, withheld = make_issue("roads", **said), make_issue("roads", i=1, **said)
    hide(issue=hidden, by=make_moderator(), reason="An advertisement.")
    Issue.objects.filter(pk=withheld.pk).update(text_state=TextState.WITHHELD, words="")
    draft = Draft("lighting", "A lamp.", 21.195, 45.742, email="CANARY@example.org", answers={}, language="en")
    kept = submit(key=uuid.uuid4(), draft=checked(draft, settings.CITY))
    return sensitive, hidden, withheld, kept


def addresses(issues):
    """Every address of the API that is read; those of one issue for each of these."""
    for name, row in ROUTES.items():
        if row.family != Family.API or not name.startswith("api-"):
            continue
        if name in {"api-issue", "api-incident"}:
            yield from (reverse(name, args=[tracking_number(issue.pk)]) for issue in issues)
        else:
            yield reverse(name, args=NAMED.get(name, []))


def test_nothing_of_it_comes_out(client, world):
    sensitive, hidden, withheld, kept = world
    for address in addresses([sensitive, hidden, withheld, kept.issue]):
        for query in ("", "?format=geojson"):
            body = whole(client.get(address + query)).decode(errors="replace")
            assert "CANARY" not in body, address
            assert kept.link not in body, address
            assert f"{sensitive.point.x:.5f}" not in body, address
            assert str(kept.issue.key) not in body, address


def test_it_is_the_same_for_everybody(client, world):
    keys = [make_token(name=scope, scope=scope, by=None)[1] for scope in (READ, WRITE)]
    for address in addresses([world[0], world[3].issue]):
        answers = [client.get(address, headers={"Authorization": f"Bearer {key}"}) for key in keys]
        bodies = {whole(answer) for answer in [client.get(address), *answers]}
        assert len(bodies) == 1, address
