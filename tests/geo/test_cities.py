"""A city's file is read whole, or refused by the name of the file and the key."""

import datetime as dt
import re

import pytest

from geo.cities import CityFileError, load_city
from geo.workdays import check_country
from tests.tiny import FIXTURES

CITIES = sorted((FIXTURES / "cities").glob("*.toml"))
CEDILLAS = set("şţŞŢ")


@pytest.mark.parametrize("path", CITIES, ids=lambda p: p.stem)
def test_each_city_file_is_complete(path):
    city = load_city(path)
    slugs = [c.slug for c in city.categories]
    assert city.slug == path.stem
    assert "other" in slugs, "rows that no rule knows need a place"
    assert all(s.isascii() and s == s.lower() for s in slugs)
    assert all({"ro", "en"} <= set(c.name) for c in city.categories)
    assert not CEDILLAS & set(path.read_text(encoding="utf-8"))
    assert set(city.languages) == {"ro", "en"}
    assert city.suppression_threshold >= 3
    assert not city.outline or (FIXTURES / city.outline).is_file()


def test_the_three_cities_ship():
    assert [p.stem for p in CITIES] == ["boston", "newport", "timisoara"]


def test_timisoara_counts_in_sixteen_categories():
    city = load_city(FIXTURES / "cities/timisoara.toml")
    assert len(city.categories) == 16
    sensitive = {c.slug for c in city.categories if c.sensitive}
    assert sensitive == {"noise", "social", "homelessness"}


def test_a_missing_key_is_named(tmp_path):
    whole = (FIXTURES / "cities/timisoara.toml").read_text(encoding="utf-8")
    path = tmp_path / "broken.toml"
    path.write_text(whole.replace("metric_crs", "metric_grid"), encoding="utf-8")
    with pytest.raises(CityFileError, match=r"broken\.toml.*metric_crs"):
        load_city(path)


def test_an_unknown_city_tells_the_known_ones():
    with pytest.raises(CityFileError, match="boston, newport, timisoara"):
        load_city(FIXTURES / "cities/atlantis.toml")


def test_a_category_may_have_its_own_reach():
    city = load_city(FIXTURES / "cities/timisoara.toml")
    reach = {c.slug: c.incident_radius_m for c in city.categories}
    assert reach["roads"] == 30
    assert reach["other"] == 50


def test_danger_weighs_more_than_ugliness():
    for path in CITIES:
        weight = {c.slug: c.severity for c in load_city(path).categories}
        assert {1.0, 5.0} == {min(weight.values()), max(weight.values())}
        assert weight["signs"] > weight["waste" if "waste" in weight else "cleaning"] > weight["other"]


def test_what_a_category_does_not_say_comes_from_the_section():
    health = next(c for c in load_city(FIXTURES / "cities/boston.toml").categories if c.slug == "health")
    assert (health.severity, health.life_days) == (4.0, 30.0)


@pytest.mark.parametrize("line", ['moderation = "after"', ""])
def test_a_sensitive_subject_is_never_published_before_a_person_has_looked(tmp_path, line):
    whole = (FIXTURES / "cities/timisoara.toml").read_text(encoding="utf-8")
    path = tmp_path / "hasty.toml"
    path.write_text(whole.replace('moderation = "before"', line, 1), encoding="utf-8")
    with pytest.raises(CityFileError, match=r"hasty\.toml: category noise is sensitive.*write moderation = \"before\""):
        load_city(path)


@pytest.mark.parametrize(
    "line, told",
    [
        ("severity = 0.5", r"severity of category \S+ must be a number from 1 to 5, not 0\.5"),
        ("severity = 6", "severity of category .* from 1 to 5, not 6"),
        ("severity = nan", "severity of category .* from 1 to 5, not nan"),
        ('severity = "high"', "severity of category .* from 1 to 5, not 'high'"),
        ("severity = true", "severity of category .* from 1 to 5, not True"),
        ("life_days = 0", "life_days of category .* above 0, not 0"),
        ("life_days = inf", "life_days of category .* above 0, not inf"),
    ],
)
def test_a_severity_or_a_lifetime_out_of_range_is_refused(tmp_path, line, told):
    whole = (FIXTURES / "cities/timisoara.toml").read_text(encoding="utf-8")
    key = line.split()[0]
    path = tmp_path / "broken.toml"
    path.write_text(re.sub(rf"(?m)^{key} = .*$", line, whole), encoding="utf-8")
    with pytest.raises(CityFileError, match=rf"broken\.toml: {told}"):
        load_city(path)


@pytest.mark.parametrize("path", CITIES, ids=lambda p: p.stem)
def test_each_city_says_whose_holidays_it_keeps(path):
    assert "\ncountry = " in path.read_text(encoding="utf-8")
    check_country(load_city(path).country)


def test_timisoara_answers_within_the_laws_term_and_boston_knows_none():
    timisoara, boston = (load_city(FIXTURES / f"cities/{slug}.toml") for slug in ("timisoara", "boston"))
    assert (timisoara.terms.legal_days, timisoara.terms.extension_days) == (30, 15)
    assert boston.terms.legal_days is None


def test_a_target_that_is_not_said_is_what_the_promise_holds_in_working_days():
    days = {c.slug: (c.promise_days, c.target_days) for c in load_city(FIXTURES / "cities/timisoara.toml").categories}
    assert (days["roads"], days["lighting"], days["signs"], days["water"]) == ((30, 21), (7, 5), (3, 2), (2, 1))


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('country = "RO"', 'country = "Romania"', "country must be written as RO or US-MA, not 'Romania'"),
        ("legal_days = 30", "legal_days = 0", "legal_days of the city must be a whole number"),
        ("legal_days = 30", "legal_days = 20", "promise_days of roads, .* longer than the law allows"),
        ("legal_days = 30", "legal_day = 30", "not legal_day"),
        ("days_off = []", "days_off = [2026-01-05T00:00:00]", "days_off of the city must be dates"),
        ("days_off = []", "days_off = 2026-01-05", "days_off of the city must be dates"),
        ("promise_days = 7", "promise_days = 7\ntarget_days = 8", "target_days of category cleaning is longer"),
    ],
)
def test_a_deadline_that_cannot_be_is_refused(tmp_path, old, new, told):
    whole = (FIXTURES / "cities/timisoara.toml").read_text(encoding="utf-8")
    path = tmp_path / "broken.toml"
    assert old in whole
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CityFileError, match=rf"broken\.toml: .*{told}"):
        load_city(path)


def test_a_citys_own_days_off_are_dates(tmp_path):
    whole = (FIXTURES / "cities/timisoara.toml").read_text(encoding="utf-8")
    path = tmp_path / "bridges.toml"
    path.write_text(whole.replace("days_off = []", "days_off = [2026-01-05]"), encoding="utf-8")
    assert load_city(path).terms.days_off == {dt.date(2026, 1, 5)}


def test_each_subject_goes_to_a_department_with_a_name_in_every_language():
    for path in CITIES:
        city = load_city(path)
        departments = {d.slug: d.names for d in city.departments}
        assert {c.department for c in city.categories} == set(departments)
        assert all(set(city.languages) <= set(names) for names in departments.values())


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('department = "transit"', 'department = "trams"', "category transit names a department that is none: 'trams'"),
        ('water = { names = { ro = "Aquatim", en', "water = { names = { en", "names of department water lack ro"),
        ("local-police = {", "Local_Police = {", "small letters, digits and hyphens, not 'Local_Police'"),
        ("social = { names", "social = { name", "the key 'names' is missing"),
    ],
)
def test_a_wrong_department_is_named(tmp_path, old, new, told):
    whole = (FIXTURES / "cities/timisoara.toml").read_text(encoding="utf-8")
    assert old in whole
    path = tmp_path / "odd.toml"
    path.write_text(whole.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CityFileError, match=f"odd.toml.*{re.escape(told)}"):
        load_city(path)
