"""The mappings that ship speak of categories their cities have."""

import pytest

from geo.cities import load_city
from issues.mappings import load_mapping
from tests.tiny import FIXTURES

NAMES = sorted(p.stem for p in (FIXTURES / "mappings").glob("*.toml"))


def slugs(city):
    return {c.slug for c in load_city(FIXTURES / f"cities/{city}.toml").categories}


def targets(mapping):
    for rule in mapping.category:
        yield from ([rule.targets] if rule.targets else (rule.values or {}).values())


def test_the_known_sources_and_the_demo_ship():
    assert {"ascult", "boston311", "chicago311", "nyc311", "open311", "seeclickfix", "demo"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_loads_under_a_source_of_its_own(name):
    mapping = load_mapping(name, FIXTURES / "mappings")
    assert mapping.source == name


@pytest.mark.parametrize(
    "name, city",
    [("boston311", "boston"), ("seeclickfix", "newport"), ("chicago311", "boston"), ("nyc311", "boston")],
)
def test_every_rule_has_a_home_in_its_city(name, city):
    mapping = load_mapping(name, FIXTURES / "mappings")
    assert [t for t in targets(mapping) if not set(t) & slugs(city)] == []


@pytest.mark.parametrize("name", ["open311", "chicago311", "nyc311"])
def test_a_source_of_no_city_here_names_no_category_that_none_has(name):
    everywhere = slugs("boston") | slugs("newport") | slugs("timisoara")
    mapping = load_mapping(name, FIXTURES / "mappings")
    assert {slug for t in targets(mapping) for slug in t} <= everywhere
