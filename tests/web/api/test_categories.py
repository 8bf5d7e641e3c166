"""Categories: everything that a form of one's own needs to know."""

import pytest
from django.conf import settings

from tests.web.api.conftest import API, fields

pytestmark = pytest.mark.usefixtures("city")


def test_every_subject_is_there_in_order_with_its_questions(read):
    found = read("categories")
    assert [row["slug"] for row in found["results"]] == [c.slug for c in settings.CITY.categories]
    assert found["total"] == len(settings.CITY.categories)
    lighting = next(row for row in found["results"] if row["slug"] == "lighting")
    asked = {question["id"]: question for question in lighting["questions"]}
    assert asked["lamps"]["kind"] == "choice"
    assert "one" in asked["lamps"]["values"]
    assert set(lighting["names"]) == {"ro", "en"}
    assert read("categories/lighting") == lighting


def test_sensitive_ones_say_so(read):
    assert {row["slug"]: row["sensitive"] for row in read("categories")["results"]}["social"] is True


def test_there_is_no_other(client):
    assert fields(client.get(f"{API}categories/nothing"), 404) == {}
