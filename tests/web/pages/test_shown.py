"""Live counts leave sensitive subjects out, so that no subtraction tells what reports withhold of them."""

import datetime as dt
import itertools

import pytest
from django.utils.translation import override

from analytics.listening import compose
from analytics.runs import analyse
from geo import hexes
from issues.models import Issue
from tests.factories import instant, make_boundaries, make_category, make_issue, make_issues
from web.pages import heard, shown
from web.pages.filters import Asked

pytestmark = pytest.mark.django_db

SINCE, UNTIL = dt.date(2026, 1, 1), dt.date(2026, 4, 1)


@pytest.fixture
def chosen():
    return make_boundaries()


def everything(found):
    return sum(found.n.values()) + found.elsewhere


def test_plain_subjects_are_counted_however_few(chosen):
    make_issue("roads", place="fabric")
    found = shown.areas(Asked(), chosen)
    assert dict(found.n) == {"fabric": 1, "iosefin": 0, "mehala": 0}
    assert (found.elsewhere, found.total) == (0, 1)


@pytest.mark.parametrize("n", [2, 12])
@pytest.mark.parametrize("asked", [Asked(), Asked(state="received"), Asked(since=SINCE)])
def test_sensitive_subjects_are_in_no_live_number(chosen, n, asked):
    make_issues(n, "social", place="fabric")
    make_issues(3, "roads", place="fabric")
    found = shown.areas(asked, chosen)
    assert (found.n["fabric"], found.elsewhere, found.total, found.lacking) == (3, 0, 3, True)


def test_a_sensitive_subject_alone_is_answered(chosen):
    make_issues(12, "social", place="fabric")
    asked = Asked(category=make_category("social"))
    assert shown.areas(asked, chosen) == shown.Shown({"fabric": 0, "iosefin": 0, "mehala": 0}, 0, 0, lacking=True)
    assert shown.cells(asked, 8) == shown.Shown({}, 0, 0, lacking=True)


def test_a_count_says_what_is_not_in_it(chosen):
    with override("en"):
        plain = shown.areas(Asked(category=make_category("roads")), chosen)
        assert shown.noted("3 issues", plain.lacking) == "3 issues"
        assert shown.noted("3 issues", True) == "3 issues (without sensitive subjects, which only reports count)"


@pytest.mark.parametrize("res", hexes.ANALYSIS_RES)
def test_cells_and_elsewhere_are_the_total(chosen, res):
    make_issues(7, "social", place="fabric")
    make_issues(4, "roads", place="mehala")
    found = shown.cells(Asked(), res, (21.18, 45.73, 21.20, 45.75))
    assert everything(found) == found.total == shown.areas(Asked(), chosen).total == 4


def test_hidden_issues_count_nowhere(chosen):
    make_issue("roads")
    Issue.objects.update(hidden=True)
    assert shown.areas(Asked(), chosen).total == 0


def questions():
    """Every question of the form about these months."""
    months = (None, SINCE, SINCE.replace(month=3))
    for slug, state, since, until in itertools.product(("social", ""), ("", "open", "closed"), months, months):
        yield Asked(make_category(slug) if slug else None, state, since, until)


def public(chosen):
    """Every number of an analysis of these months that a report shows, and every live one."""
    run = analyse(since=SINCE, until=UNTIL)
    reports = [compose(area, run) for area in run.boundary_set.areas.order_by("slug")]
    frozen = [
        (r.incidents, r.issues, r.city_incidents, r.themes, r.cells, r.answered, r.answered_city) for r in reports
    ]
    live = [shown.areas(asked, chosen) for asked in questions()]
    said = [heard.sentences(heard.Month(dt.date(2026, month, 1), False), None) for month in (1, 2, 3)]
    return frozen, live, said, [shown.cells(Asked(category=make_category("social")), res) for res in hexes.ANALYSIS_RES]


def subtracted(frozen, live):
    """The attack: what each live total of the sensitive subject leaves over what reports of the same months show."""
    told = sum(theme.n or 0 for one in frozen for theme in one[3] if theme.category == "social")
    return [found.total - told for found in live[: len(list(questions())) // 2]]


@pytest.mark.parametrize("places", [["mehala"], ["fabric", "iosefin", "mehala"]])
def test_no_public_number_moves_with_what_is_withheld(chosen, places):
    # Whoever sees the same numbers whether one voice is withheld or four learns no count from them.
    for place in {"fabric", "iosefin"} - set(places):
        make_issues(10, "social", place=place, at=instant(2026, 2, 5))
    make_issues(6, "roads", place="fabric", at=instant(2026, 3, 5))
    make_issues(8, "social", place="fabric", at=instant(2025, 11, 5))  # shown by an analysis of the months before
    seen, left = [], []
    for month in (1, 2, 3, 3):
        for place in places:
            closed = instant(2026, 3, 20) if month == 2 else None
            make_issue("social", place=place, i=len(seen), at=instant(2026, month, 9), closed=closed)
        seen.append(public(chosen))
        left.append(subtracted(*seen[-1][:2]))
    assert sum(theme.withheld for one in seen[0][0] for theme in one[3]) == len(places)
    assert all(one == seen[0] for one in seen)
    assert all(one == left[0] for one in left)
