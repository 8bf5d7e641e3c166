"""The demo city in one command: everything once, and nothing twice."""

import io

import pytest
from django.core.management import CommandError, call_command

from analytics.models import Run
from analytics.suggesting import suggest
from geo.cities import load_city
from issues.models import Issue
from neighborhoods.models import Address, BoundarySet, Exposure
from tests.factories import make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def state(settings, tmp_path):
    settings.STATE_DIR = tmp_path


def demo(**options):
    out = io.StringIO()
    call_command("demo", stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_the_demo_city_is_loaded_once_and_analysed_when_something_is_new():
    first = demo()
    held = BoundarySet.objects.get()
    assert (held.areas.count(), held.approximate) == (32, True)
    assert set(Exposure.objects.values_list("kind", flat=True)) == {"population", "street_m"}
    assert Issue.objects.count() == 20_000
    assert Run.objects.get().synthetic
    assert "20,000 issues, all of them made by a program" in first
    streets = Address.objects.count()
    assert streets > 200
    assert not Address.objects.filter(neighborhood="").exists()
    assert suggest("Becul de pe strada noastră nu mai luminează").label == "lighting"

    again = demo()
    assert "20,000 issues were there already" in again
    assert f"run {Run.objects.get().pk} is up to date" in again
    assert "The same texts as before" in again
    assert Address.objects.count() == streets

    make_issue("roads", place="fabric")
    demo()
    assert Run.objects.count() == 2

    Issue.objects.filter(source="demo").order_by("pk")[0].delete()
    assert "20,000 issues, all of them made by a program" in demo()
    assert Issue.objects.filter(source="demo").count() == 20_000


def test_a_city_without_a_demo_says_so(settings):
    settings.CITY = load_city(settings.FIXTURES / "cities" / "newport.toml")
    with pytest.raises(CommandError, match="newport has no demo"):
        demo()
