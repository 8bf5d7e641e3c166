"""The tables of categories and departments say what the city's file says."""

from dataclasses import replace

import pytest
from django.conf import settings

from neighborhoods.actions import sync_categories, sync_departments
from neighborhoods.models import Department

pytestmark = pytest.mark.django_db


def test_every_value_of_the_file_reaches_the_table():
    known = sync_categories(settings.CITY)
    for spec in settings.CITY.categories:
        row = known[spec.slug]
        assert (row.severity, row.life_days) == (spec.severity, spec.life_days)
        assert (row.eps_m, row.min_points, row.sensitive) == (spec.eps_m, spec.min_points, spec.sensitive)


def test_a_changed_severity_is_brought_up_to_date():
    city = settings.CITY
    sync_categories(city)
    milder = tuple(replace(c, severity=1.5, life_days=0.5) for c in city.categories)
    rows = sync_categories(replace(city, categories=milder)).values()
    assert {(r.severity, r.life_days) for r in rows} == {(1.5, 0.5)}


def test_departments_are_brought_up_to_date_and_none_is_lost():
    gone = Department.objects.create(slug="gone", names={"en": "Gone"})
    first = settings.CITY.departments[0]
    Department.objects.create(slug=first.slug, names={"en": "An old name"})
    known = sync_departments(settings.CITY)
    assert set(known) == {"gone", *(d.slug for d in settings.CITY.departments)}
    assert known[first.slug].names == first.names
    assert known["gone"] == gone
