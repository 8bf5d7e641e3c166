"""Ranks never stand without their interval, hot spots never without q, numbers never without their Run."""

import re

import pytest

from analytics.found import hotspots, ranked_areas
from analytics.models import Run
from tests.factories import make_analysed, make_boundaries

pytestmark = pytest.mark.django_db


def test_before_any_analysis_the_page_says_so(read, address):
    make_boundaries()
    assert "There is no analysis yet." in read(address("problem-areas"))


def test_neighborhoods_are_ranked_with_their_intervals(client, read, address):
    run = make_analysed()
    url = address("problem-areas")
    text = read(url)
    order = [text.index(f"{r.name} ") for r in ranked_areas(run)]
    assert order == sorted(order)
    assert len(re.findall(r"\d \(\d to \d\) of 3", text)) == 3
    assert client.get(url).content.decode().count("Likely rank of") == 3


@pytest.mark.parametrize("res", [8, 9, 10])
def test_hexagons_are_ranked_at_every_size(read, address, res):
    make_analysed()
    assert "Fabric, " in read(f"{address('problem-areas')}?res={res}")


def test_long_rankings_turn_pages(read, address):
    make_analysed()
    url = address("problem-areas")
    first, second = (read(f"{url}?res=10&page={n}") for n in (1, 2))
    assert "Page 1 of" in first
    assert "Page 2 of" in second
    assert first != second


def test_every_row_has_its_shape_on_the_map_and_every_unit_its_row(client, address):
    make_analysed()
    html = client.get(f"{address('problem-areas')}?res=9").content.decode()
    rows = {part.split('"')[0] for part in html.split('data-place="')[1:]}
    shapes = set(re.findall(r'"id": "([^"]+)"', html))
    assert rows == shapes


def test_hot_spots_carry_q_and_a_place(read, address):
    run = make_analysed()
    found = hotspots(run, 9)
    assert found
    text = read(address("problem-areas"))
    assert "Street lighting Fabric, " in text
    assert text.count("q <") + text.count("q =") >= len(found)


def test_the_page_names_its_run_its_denominators_and_its_limits(read, address):
    run = make_analysed()
    text = read(address("problem-areas"))
    for part in (
        run.findings_digest[:16],
        "1 January – 31 March 2026",
        "metres of street",
        "What may not be concluded",
        "A hot spot says where, not why.",
    ):
        assert part in text


def test_bars_of_hexagons_bear_the_names_of_their_places(client, address):
    make_analysed()
    html = client.get(f"{address('problem-areas')}?res=9").content.decode()
    assert "Likely rank of Fabric, " in html
    assert not re.search(r"Likely rank of [0-9a-f]{15}", html)


def test_the_legend_of_the_ranking_is_the_run_s(read, address):
    run = make_analysed()
    Run.objects.filter(pk=run.pk).update(parameters={**run.parameters, "interval": 0.8})
    text = read(address("problem-areas"))
    assert "Bar: 80% of the likely ranks." in text
    assert "A from 80%, B from 50% and C from 20%." in text


def test_too_short_a_history_is_not_called_calm(read, address):
    make_analysed()
    text = read(address("problem-areas"))
    assert "too few weeks of data to know what is usual" in text
    assert "No alarm" not in text


@pytest.mark.parametrize("query", ["res=7", "res=x", "res=11"])
def test_other_sizes_are_not_there(client, address, query):
    assert client.get(f"{address('problem-areas')}?{query}").status_code == 404
