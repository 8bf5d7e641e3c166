"""Every page in both languages, on a phone and on a desk, by day and by night: usable by all, closed to the world."""

from __future__ import annotations

import pytest

from geo import hexes
from tests.factories import make_issue, make_issues
from tests.journeys.reporter import make_streets

PAGES = {
    "home": "",
    "filtered": "?category=lighting&state=open",
    "a place found": "?where=lidia",
    "no place found": "?where=nowhere",
    "report form": "issues/new/",
    "issues": "issues/",
    "issues, older": "issues/?after=2026-02-10~0000-0000",
    "issues, narrowed": "issues/?q=work&category=lighting&state=open&area=fabric",
    "issues of a hexagon": f"issues/?cell={hexes.to_text(hexes.cells_of([21.185], [45.735], 9)[0])}",
    "issues, none": "issues/?q=nothing-like-this",
    "issues, misunderstood": "issues/?since=soon&area=atlantis",
    "follow": "follow/?kind=neighborhood&slug=fabric&category=lighting",
    "follow an issue": "follow/?kind=issue",
    "follow an address": "follow/?kind=address",
    "follow an address, found": "follow/?kind=address&search=lidia",
    "follow an address, chosen": "follow/?kind=address&search=lidia&lng=21.21&lat=45.74&radius_m=300",
    "follow an address, none": "follow/?kind=address&search=qqqq",
    "follow a drawn area": "follow/?kind=area&area=21.19,45.74%0A21.2,45.74%0A21.2,45.75",
    "a link was sent": "follow/?sent=issue",
    "embedded": "embed/",
    "sign in": "sign-in/",
    "neighborhoods": "neighborhoods/",
    "neighborhood": "neighborhoods/fabric/",
    "problem areas": "problem-areas/",
    "hexagons": "problem-areas/?res=9&order=burden",
    "taken apart": "problem-areas/areas/fabric/",
    "methods": "methods/",
    "report": "reports/fabric/",
}


@pytest.fixture(scope="module")
def full(site, django_db_blocker):
    """More issues than one page of the list holds, of every state, length and kind."""
    with django_db_blocker.unblock():
        make_streets()
        make_issues(8, "water", place="iosefin", address="Strada Lidia 12", description="Water in the street. " * 40)
        make_issue("parking", lng=21.30, lat=45.74, description="Outside every neighbourhood.")
        make_issue("roads", place="fabric", text_state="withheld", description="Call 0722 123 456.")


def test_every_page(eyes, full):
    for name, path in PAGES.items():
        eyes.visit(path, name)
    eyes.visit("nowhere/", "not here", status=404)
    eyes.visit("issues/find/?number=0000-0000", "no such number", status=404)
    assert eyes.found == {}
