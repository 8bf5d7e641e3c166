"""The first page: sentences, filters that need no script, and a list that adds up."""

import pytest
from django.contrib.gis.geos import Point

from issues.naming import tracking_number
from neighborhoods.models import Address
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


def test_a_problem_can_be_reported_before_anything_else(client, address):
    page = client.get(address("home")).content.decode()
    main = page[page.index("<main") :]
    assert f'href="{address("issue-new")}"' in main[: main.index("<form")]


def test_numbers_lead_to_the_same_list(client, address):
    make_boundaries()
    make_issues(2, "roads", place="fabric")
    make_issue("roads", lng=21.30, lat=45.70)
    values = client.get(f"{address('home')}?category=roads").context
    assert values["list"] == f"{address('issues')}?category=roads"
    assert values["elsewhere_list"] == f"{address('issues')}?category=roads&area=-"
    assert values["rows"][0]["list"] == f"{address('issues')}?category=roads&area=fabric"
    assert client.get(values["rows"][0]["list"]).context["total"] == 2
    assert client.get(values["elsewhere_list"]).context["total"] == 1


def test_the_words_narrow_the_numbers(read, address):
    make_boundaries()
    make_issue("roads", place="fabric", description="Groapă adâncă")
    make_issue("roads", place="mehala", description="Bordură")
    text = read(f"{address('home')}?q=groap+adanca")
    assert "In a neighbourhood: 1 issue. In none of them: 0. Together: 1 issue" in text


def test_the_name_of_a_neighborhood_leads_to_its_page(client, address):
    make_boundaries(["Complex Studențesc", "Fabric"])
    answer = client.get(f"{address('home')}?where=complex+STUDENTESC")
    assert (answer.status_code, answer["Location"]) == (302, address("neighborhood", "complex-studentesc"))


def test_a_part_of_a_name_offers_what_there_is(client, read, address):
    make_boundaries(["Complex Studențesc", "Fabric"])
    text = read(f"{address('home')}?where=stud&state=open")
    assert "Found for “stud” Complex Studențesc" in text
    (place,) = client.get(f"{address('home')}?where=stud&state=open").context["places"]
    assert place["page"] == address("neighborhood", "complex-studentesc")
    assert place["map"] == f"{address('home')}?state=open&area=complex-studentesc#map"
    assert place["list"] == f"{address('issues')}?state=open&area=complex-studentesc"
    assert "No street or neighbourhood is called so." in read(f"{address('home')}?where=atlantis")


def test_the_map_opens_on_an_address_and_the_list_shows_what_is_near(client, address):
    make_boundaries()
    Address.objects.create(
        street="Strada Mureș", words="strada mures", point=Point(21.19, 45.74), neighborhood="fabric", source="test"
    )
    near = make_issue("roads", lng=21.1903, lat=45.7402)
    make_issue("roads", lng=21.2303, lat=45.7402)
    values = client.get(f"{address('home')}?where=mures").context
    (place,) = values["places"]
    assert place["label"] == "Strada Mureș, Fabric"
    west, south, east, north = (float(v) for v in values["map"]["bounds"].split(","))
    assert west < 21.19 < east < west + 0.01
    assert south < 45.74 < north < south + 0.01
    assert [row["number"] for row in client.get(place["list"]).context["rows"]] == [tracking_number(near.pk)]


def test_a_place_only_moves_the_map(client, address):
    make_boundaries()
    make_issues(2, "roads", place="fabric")
    whole, fabric = (client.get(f"{address('home')}{query}").context for query in ("", "?area=fabric"))
    assert whole["total"] == fabric["total"] == 2
    assert whole["map"]["bounds"] != fabric["map"]["bounds"]
