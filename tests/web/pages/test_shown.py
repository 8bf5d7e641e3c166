"""Few voices on a sensitive subject are in no place and in every total."""

import pytest

from geo import hexes
from issues.models import Issue
from tests.factories import make_boundaries, make_category, make_issue, make_issues
from web.pages import shown
from web.pages.filters import Asked

pytestmark = pytest.mark.django_db


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


def test_few_voices_on_a_sensitive_subject_show_in_no_area(chosen):
    make_issues(2, "social", place="fabric")
    make_issues(3, "roads", place="fabric")
    found = shown.areas(Asked(), chosen)
    assert found.n["fabric"] == 3
    assert (found.elsewhere, found.total) == (2, 5)


def test_enough_voices_show(chosen):
    make_issues(5, "social", place="fabric")
    assert shown.areas(Asked(), chosen).n["fabric"] == 5


def test_one_withheld_area_takes_another_with_it(chosen):
    make_issues(6, "social", place="fabric")
    make_issues(2, "social", place="mehala")
    found = shown.areas(Asked(category=make_category("social")), chosen)
    assert set(found.n.values()) == {0}
    assert found.elsewhere == found.total == 8


@pytest.mark.parametrize("res", hexes.ANALYSIS_RES)
def test_cells_and_elsewhere_are_the_total(chosen, res):
    make_issues(7, "social", place="fabric")
    make_issues(4, "roads", place="mehala")
    found = shown.cells(Asked(), res, (21.18, 45.73, 21.20, 45.75))
    assert everything(found) == found.total == Issue.objects.count()


@pytest.mark.parametrize("res", hexes.ANALYSIS_RES)
def test_no_cell_knows_a_sensitive_subject(chosen, res):
    # two boxes that differ by one cell would tell its count
    for _ in range(6):
        make_issue("social", lng=21.19, lat=45.74)
    found = shown.cells(Asked(), res)
    assert (dict(found.n), found.elsewhere, found.total) == ({}, 6, 6)


def test_sensitive_subjects_are_not_cut_by_month_or_state(chosen):
    make_issues(9, "social", place="fabric")
    assert shown.areas(Asked(state="received"), chosen).n["fabric"] == 0
    assert shown.areas(Asked(), chosen).n["fabric"] == 9


def test_hidden_issues_count_nowhere(chosen):
    make_issue("roads")
    Issue.objects.update(hidden=True)
    assert shown.areas(Asked(), chosen).total == 0
