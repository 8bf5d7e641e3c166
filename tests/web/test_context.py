"""What every page wears: its languages, and the labels of what it shows."""

import pytest

from tests.factories import make_analysed, make_boundaries, make_issue

pytestmark = pytest.mark.django_db

SYNTHETIC = "Date sintetice, pentru demonstrație"


@pytest.mark.parametrize("accepted, place", [("ro", "/ro/"), ("en-GB,en;q=0.9", "/en/"), ("hu", "/ro/"), ("", "/ro/")])
def test_the_root_leads_to_the_readers_language(client, accepted, place):
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert (answer.status_code, answer["Location"]) == (302, place)


def test_the_language_switch_keeps_the_address(client):
    make_boundaries(["Fabric"])
    html = client.get("/ro/neighborhoods/fabric/?x=1").content.decode()
    assert 'href="/en/neighborhoods/fabric/?x=1" hreflang="en" lang="en"' in html
    assert '<html lang="ro">' in html


PAGES = [
    "/ro/",
    "/ro/neighborhoods/",
    "/ro/neighborhoods/fabric/",
    "/ro/problem-areas/",
    "/ro/reports/fabric/",
    "/ro/x/",
]


def test_synthetic_data_are_labelled_on_every_page(client):
    make_analysed(source="demo")
    assert [page for page in PAGES if SYNTHETIC not in client.get(page).content.decode()] == []


def test_true_data_wear_no_such_label(client):
    make_analysed()
    assert [page for page in PAGES if SYNTHETIC in client.get(page).content.decode()] == []


def test_one_synthetic_issue_is_enough(client):
    make_boundaries(["Fabric"])
    make_issue("roads", place="fabric", source="demo")
    assert SYNTHETIC in client.get("/ro/").content.decode()


def test_approximate_areas_say_so_wherever_they_show(client):
    make_analysed(approximate=True)
    areas = ["/ro/", "/ro/neighborhoods/", "/ro/neighborhoods/fabric/", "/ro/problem-areas/"]
    assert [p for p in areas if "aproximativ" not in client.get(p).content.decode()] == []


def test_pages_need_no_inline_style_or_script(client):
    make_analysed()
    for page in PAGES:
        answer = client.get(page)
        html = answer.content.decode()
        assert "unsafe-inline" not in answer["Content-Security-Policy"]
        assert " style=" not in html
        assert "<style" not in html
        assert "<script>" not in html
