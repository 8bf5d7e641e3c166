"""A small map: the area, its neighbours, and a sign where the place is."""

from __future__ import annotations

import re

from maps.spot import HIGH, WIDE, Spot, svg


def area(slug, west, south, side=0.02, name=None):
    ring = [[west, south], [west + side, south], [west + side, south + side], [west, south + side], [west, south]]
    middle = [west + side / 2, south + side / 2]
    return {
        "type": "Feature",
        "properties": {"slug": slug, "name": name or slug.title(), "at": middle},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]},
    }


AREAS = [area("fabric", 21.18, 45.73), area("iosefin", 21.20, 45.73), area("far", 21.60, 45.73)]
WORDS = {"title": "Where it is", "description": "A sign marks it.", "lang": "en"}


def numbers(text):
    return [float(n) for n in re.findall(r"-?\d+\.?\d*", text)]


def test_the_pin_stands_where_the_place_is():
    drawn = svg(AREAS, "fabric", Spot(21.19, 45.74), **WORDS)
    x, y = numbers(re.search(r'd="M([\d.]+ [\d.]+)c', drawn)[1])
    assert (x, y) == (WIDE / 2, HIGH / 2)
    west = svg(AREAS, "fabric", Spot(21.185, 45.735), **WORDS)
    x, y = numbers(re.search(r'd="M([\d.]+ [\d.]+)c', west)[1])
    assert x < WIDE / 2
    assert y > HIGH / 2


def test_an_approximate_place_is_a_ring_and_no_pin():
    drawn = svg(AREAS, "fabric", Spot(21.19, 45.74, about_m=200), **WORDS)
    assert "stroke-dasharray" in drawn
    assert not re.search(r'd="M[\d.]+ [\d.]+c', drawn)


def test_neighbours_in_view_are_drawn_and_no_others():
    spot = Spot(21.19, 45.735)
    drawn = svg(AREAS, "fabric", spot, **WORDS)
    assert "Fabric" in drawn
    assert drawn == svg(AREAS[:2], "fabric", spot, **WORDS)
    assert drawn != svg(AREAS[:1], "fabric", spot, **WORDS)


def test_names_are_escaped():
    assert "<b>" not in svg([area("a", 21.18, 45.73, name="<b>")], "a", Spot(21.189, 45.733), **WORDS)


def test_outside_every_area_the_city_is_drawn():
    drawn = svg(AREAS[:2], "", Spot(21.21, 45.70), **WORDS)
    assert "Fabric" in drawn
    assert "Iosefin" in drawn


def test_without_any_area_there_is_still_a_pin():
    assert 'role="img"' in svg([], "", Spot(21.17, 45.72), **WORDS)
