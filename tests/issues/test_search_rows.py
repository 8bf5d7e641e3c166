"""The rows of the search: never behind the issues, never more than the public reads."""

from __future__ import annotations

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from issues.actions import change_status
from issues.counts import Filters
from issues.models import Issue, SearchRow
from issues.rules import State, TextState
from issues.searching import words_of
from tests.factories import make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fabric():
    make_boundaries(["Fabric", "Iosefin"])


def found(text):
    return list(SearchRow.objects.asked(Filters(text=text)).values_list("pk", flat=True))


def test_an_issue_is_found_by_the_beginnings_of_its_words():
    issue = make_issue(description="Lămpile roșii nu ard.", address="Strada Mureș 12")
    assert found("lamp ROSII mureș 12") == [issue.pk]
    assert found("lampa") == found("ampile") == []


def test_every_word_must_occur():
    make_issue(description="lampă")
    assert found("lampa stinsa") == []


@pytest.mark.parametrize(
    "change", [{"hidden": True}, {"text_state": TextState.WITHHELD}, {"text_state": TextState.PRIVATE}, {"words": ""}]
)
def test_what_the_public_does_not_read_is_not_there(change):
    issue = make_issue(description="lampă")
    Issue.objects.filter(pk=issue.pk).update(**change)
    assert not SearchRow.objects.exists()


def test_what_is_shown_again_is_found_again():
    issue = make_issue(description="lampă")
    Issue.objects.update(hidden=True)
    Issue.objects.update(hidden=False)
    assert found("lampa") == [issue.pk]


def test_sensitive_subjects_have_no_words():
    make_issue("social", description="lampă")
    assert not SearchRow.objects.exists()


def test_the_row_follows_state_place_and_subject():
    issue, other = make_issue(description="lampă"), make_issue("roads", place="iosefin")
    change_status(by=None, issue=issue, to=State.IN_PROGRESS)
    moved = ["cell", "neighborhood_id", "category_id", "opened_on"]
    Issue.objects.filter(pk=issue.pk).update(**{name: getattr(other, name) for name in moved})
    row = SearchRow.objects.get(pk=issue.pk)
    assert row.state == State.IN_PROGRESS
    assert [getattr(row, name) for name in moved] == [getattr(other, name) for name in moved]


def test_a_change_of_many_that_changes_nothing_searched_leaves_the_rows_alone():
    make_issue(description="lampă")
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin, ctid FROM issues_searchrow")
        before = cursor.fetchall()
        Issue.objects.update(default_pin=True, channel="phone")
        cursor.execute("SELECT xmin, ctid FROM issues_searchrow")
        assert cursor.fetchall() == before


def test_a_deleted_issue_is_not_found():
    make_issue(description="lampă")
    Issue.objects.all().delete()
    assert not SearchRow.objects.exists()


def test_a_word_without_end_is_kept_by_its_first_letters():
    issue = make_issue(description="x" * 1_900 + " " + "țară" * 300)
    assert found("x" * 100) == found("x" * 3_000) == found("tarat") == [issue.pk]


WORD = st.text(alphabet="aăbß1_", min_size=1, max_size=3)
TEXT = st.lists(WORD | st.just("-") | st.just("„"), max_size=5).map(" ".join)


class SearchesAsPythonWould(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(texts=st.lists(TEXT, min_size=1, max_size=6), asked=TEXT.filter(words_of))
    def test_each_word_asked_for_begins_a_word(self, texts, asked):
        make_boundaries(["Fabric", "Iosefin"])
        issues = [make_issue(description=text) for text in texts]
        wanted = [
            issue.pk
            for issue, text in zip(issues, texts, strict=True)
            if all(any(word.startswith(begun) for word in words_of(text)) for begun in words_of(asked))
        ]
        assert sorted(found(asked)) == wanted
