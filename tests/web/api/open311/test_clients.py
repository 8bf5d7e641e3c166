"""Clients as others wrote them, unmodified but for the address, against a running server."""

from __future__ import annotations

import json
import uuid
import warnings
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from issues.actions import change_status
from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import State
from neighborhoods.access import make_token
from neighborhoods.models.access import WRITE
from tests.factories import instant, make_boundaries, make_category, make_issue
from tests.made_pictures import jpeg
from tests.web.api.open311.conftest import make_address

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of libraries, at their import
    import chicagorequests
    import requests
    import xmltodict
    from click.testing import CliRunner
    from georeport import GeoReport

pytestmark = pytest.mark.django_db
DAY = instant(2026, 3, 5)
MARCH = {"start_date": "2026-03-01T00:00:00Z", "end_date": "2026-03-31T00:00:00Z"}


@pytest.fixture(scope="module")
def served(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[SimpleNamespace]:
    """A server on the test database, which holds 450 requests of one day until the last test here is over."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)  # no session outlives its request
        assert connection.settings_dict["NAME"].startswith("test_")
        make_boundaries(["Fabric"])
        make_category()
        first = make_issue("lighting", at=DAY, description="Dark & cold.", answers={"lamps": "one"})
        change_status(by=None, issue=first, to=State.RESOLVED, reason="Lit again.", at=instant(2026, 3, 7))
        make_issue("noise", at=DAY)
        _many(449)
        server = LiveServer("localhost")
        key = make_token(name="an app", scope=WRITE, by=None)[1]
        make_address()
        entry = make_address(number="12").pk
        yield SimpleNamespace(v2=f"{server.url}/open311/v2", first=tracking_number(first.pk), key=key, entry=entry)
        server.stop()
        call_command("flush", interactive=False, verbosity=0, reset_sequences=False)  # locators remember keys


def _many(n: int) -> None:
    """So many of the same day and subject, all but the first written at once."""
    held = make_issue("roads", at=DAY)
    names = [field.attname for field in Issue._meta.concrete_fields if not field.primary_key]
    said = {name: getattr(held, name) for name in names} | {"incident_id": None}
    apart = ({"key": uuid.uuid4(), "external_id": f"more {i}"} for i in range(n - 1))
    Issue.objects.bulk_create(Issue(**said | one) for one in apart)


@pytest.fixture(params=["json", "xml"])
def georeport(served, request) -> GeoReport:
    return GeoReport(served.v2, jurisdiction="timisoara", output_format=request.param)


def test_georeport_reads_services_and_their_questions(georeport):
    services = {one["service_code"]: one for one in georeport.get_service_list()}
    assert len(services) > 10
    assert services["lighting"]["service_name"] == "Iluminat public"
    definition = georeport.get_service_definition("lighting")
    assert definition["service_code"] == "lighting"
    attributes = definition["attributes"]
    attributes = attributes["attribute"] if georeport.output_format == "xml" else attributes
    assert [one["code"] for one in attributes] == ["lamps", "pole"]


def test_georeport_reads_requests(georeport, served):
    told = georeport.get_service_requests(**MARCH)
    assert len(told) == 450
    assert len({one["service_request_id"] for one in told}) == 450
    closed = georeport.get_service_requests(**MARCH, service_code="lighting,noise", status="closed")
    # As xmltodict reads one element of a kind: not as a list.
    (one,) = [closed] if isinstance(closed, dict) else closed
    assert (one["service_request_id"], one["description"]) == (served.first, "Dark & cold.")
    again = georeport.get_service_request(served.first)
    assert again == one
    by_number = georeport.get_service_requests(service_request_id=f"{served.first}", status="open")
    assert (by_number if isinstance(by_number, dict) else by_number[0]) == one
    assert float(one["lat"]) > 45


def test_chicagorequests_turns_pages(served, monkeypatch):
    monkeypatch.setattr(chicagorequests.Downloader, "BASE_URL", f"{served.v2}/requests.json")
    ran = CliRunner().invoke(chicagorequests.main, ["--start-date", "2026-03-04", "--end-date", "2026-03-06"])
    assert ran.exit_code == 0, ran.output
    told = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    assert len(told) == 450
    assert len({one["service_request_id"] for one in told}) == 450
    assert all(one["extended_attributes"]["neighborhood"] == "fabric" for one in told)


def test_chicagorequests_asks_for_what_changed(served, monkeypatch):
    monkeypatch.setattr(chicagorequests.Downloader, "BASE_URL", f"{served.v2}/requests.json")
    changed = {"updated_start_date": "2026-03-07T00:00:00+02:00", "updated_end_date": "2026-03-08T00:00:00+02:00"}
    told = chicagorequests.Downloader(["lighting", "roads"], **changed)(
        (instant(2026, 3, 5, 0), instant(2026, 3, 6, 0))
    )
    assert [one["service_request_id"] for one in told] == [served.first]


@pytest.mark.parametrize("way", ["numbers", "address_id", "address_string", "photo"])
@pytest.mark.parametrize("ext", ["json", "xml"])
def test_reports_come_in_over_the_wire_by_each_way_to_say_where(served, way, ext):
    where = {"address_id": {"address_id": served.entry}, "address_string": {"address_string": "Strada Mureș 12"}}
    fields = {"api_key": served.key, "service_code": "parks", "description": f"By {way} in {ext}."}
    fields |= where.get(way, {"lat": "45.74", "long": "21.19"})
    files = {"media": ("a.jpg", jpeg(), "image/jpeg")} if way == "photo" else None
    answer = requests.post(f"{served.v2}/requests.{ext}", data=fields, files=files, timeout=30)
    assert answer.status_code == 200, answer.text
    told = answer.json()[0] if ext == "json" else xmltodict.parse(answer.content)["service_requests"]["request"]
    found = GeoReport(served.v2, output_format=ext).get_service_request(told["service_request_id"])
    assert (found["description"], found["status"]) == (fields["description"], "open")
