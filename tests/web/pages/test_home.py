"""The first page: sentences, filters that need no script, and a list that adds up."""

import pytest

from tests.factories import instant, make_analysed, make_boundaries, make_issue, make_issues

pytestmark = pytest.mark.django_db


def test_an_empty_city_says_what_will_be_here(read, address):
    text = read(address("home"))
    assert "Nobody has said anything yet." in text
    assert "No boundaries are loaded yet." in text


def test_areas_and_elsewhere_add_up_to_the_total(read, address):
    make_boundaries()
    make_issues(3, "roads", place="fabric")
    make_issue("roads", lng=21.30, lat=45.70)
    text = read(address("home"))
    assert "In a neighbourhood: 3 issues." in text
    assert "In none of them: 1. Together: 4 issues (without sensitive subjects" in text


def test_the_filter_works_without_a_script(read, address):
    make_boundaries()
    make_issues(3, "roads", place="fabric", at=instant(2026, 2, 5))
    make_issues(2, "lighting", place="mehala", at=instant(2026, 3, 5))
    url = address("home")
    assert "Together: 3 issues." in read(f"{url}?category=roads")
    assert "Together: 2 issues (without sensitive subjects" in read(f"{url}?since=2026-03&until=2026-03")
    assert "Together: 0 issues." in read(f"{url}?category=roads&since=2026-03")


def test_open_and_closed_part_the_whole(read, address):
    make_boundaries()
    make_issue("roads", i=0, closed=instant(2026, 3, 9))
    make_issue("roads", i=1)
    url = address("home")
    assert "Together: 1 issue (without sensitive subjects" in read(f"{url}?state=open")
    assert "Together: 1 issue (without sensitive subjects" in read(f"{url}?state=closed")


def test_a_sensitive_subject_is_counted_in_reports_alone(read, address):
    make_boundaries()
    make_issues(8, "social", place="fabric")
    text = read(f"{address('home')}?category=social")
    assert "Together: 0 issues (without sensitive subjects, which only reports count)." in text


def test_a_choice_that_is_none_is_named_and_all_are_counted(read, address):
    make_boundaries()
    make_issues(2, "roads")
    text = read(f"{address('home')}?category=dragons")
    assert "Choose one of the list." in text
    assert "Together: 2 issues (without sensitive subjects" in text


def test_a_period_that_ends_before_it_begins_is_refused(read, address):
    make_boundaries()
    make_issue("roads", at=instant(2026, 1, 5))
    make_issue("roads", at=instant(2026, 3, 5), i=1)
    assert "This month comes before the first one." in read(f"{address('home')}?since=2026-03&until=2026-01")


def test_htmx_gets_the_list_alone(client, address):
    make_boundaries()
    answer = client.get(address("home"), headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<section")
    assert "HX-Request" in answer["Vary"]


@pytest.mark.parametrize(
    "n, said",
    [(1, "1 sesizare a fost trimisă"), (2, "2 sesizări au fost trimise"), (20, "20 de sesizări au fost trimise")],
)
def test_romanian_has_three_plurals(read, address, n, said):
    make_boundaries()
    make_issues(n, "roads")
    assert f"{said} în martie 2026." in read(address("home", language="ro"))


def test_sentences_carry_period_n_and_a_page_that_shows_it(client, read, address):
    make_analysed()
    url = address("home")
    text = read(url)
    # the one voice on social assistance is in no live number
    assert "6 issues were sent in March 2026." in text
    assert "Most often about: Street lighting, 6 of 6 (100%). March 2026, n = 6 (without sensitive subjects" in text
    assert "1 January – 31 March 2026, n = 38, analysis" in text
    html = client.get(url).content.decode()
    assert f"{url}?category=lighting&amp;since=2026-03&amp;until=2026-03#results" in html
    assert f"{address('problem-areas')}#hotspots" in html
