"""What the database publishes of many issues is what each issue says of itself."""

from __future__ import annotations

import itertools
import json

import pytest

from issues.models import Issue
from issues.publishing import columns, features, incidents, members, objects, place
from issues.rules import TextState
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def issues():
    """One issue of every state of the text, of a plain and of a sensitive subject, with and without an end."""
    make_boundaries()
    for i, (state, subject) in enumerate(itertools.product(TextState, ["roads", "social"])):
        closed = instant(2026, 3, 9, 23) if i % 2 else None
        issue = make_issue(
            subject, i=i, at=instant(2026, 3, 5), closed=closed, description=f'"{i}"\n', title="t", address="a"
        )
        Issue.objects.filter(pk=issue.pk).update(text_state=state, edited_text="edited")
    return Issue.objects.order_by("pk")


def test_words_are_those_of_the_safe_properties(issues):
    said = {key: json.loads(text) for key, _incident, _day, text in objects(issues)}
    assert len(said) == 2 * len(TextState)
    for issue in issues.select_related("category", "neighborhood"):
        row = said[issue.pk]
        assert row["text"] == issue.public_text
        assert row["title"] == issue.public_title
        assert row["address"] == issue.public_address
        assert row["text_waits"] == (issue.text_state == TextState.WITHHELD)
        assert row["area"] == issue.neighborhood.slug
        assert (row["lng"], row["lat"]) == (round(issue.public_point.x, 6), round(issue.public_point.y, 6))
        closed = issue.closed_at and issue.closed_at.astimezone(instant(2026, 1, 1).tzinfo).date().isoformat()
        assert row["closed_on"] == closed


def test_three_ways_say_the_same(issues):
    names = [*members(), *place()]
    for plain, drawn, column in zip(objects(issues), features(issues), columns(issues), strict=True):
        said = json.loads(plain[3])
        assert plain[:3] == drawn[:3] == column[:3]
        assert {k: v for k, v in said.items() if k not in place()} == json.loads(drawn[3])
        assert json.loads(drawn[4])["coordinates"] == [said["lng"], said["lat"]]
        told = dict(zip(names, column[3:], strict=True))
        assert {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in told.items()} == said


def test_an_incident_is_named_by_its_first_issue():
    make_boundaries()
    first = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 3, 1))
    make_issue("roads", lng=21.1901, lat=45.74, at=instant(2026, 3, 2))
    assert list(incidents(Issue.objects.all())) == [first]


def test_where_a_row_comes_from_is_told_of_others_alone(issues):
    Issue.objects.update(source="ascult")
    Issue.objects.filter(pk=issues[0].pk).update(source="chicago311")
    told = [(row["source"], row["source_id"]) for row in (json.loads(text) for *_keys, text in objects(issues))]
    assert told[0] == ("chicago311", issues[0].external_id)
    assert set(told[1:]) == {("ascult", None)}
