"""Services, definitions, discovery, requests: what anybody may read, in both formats."""

from __future__ import annotations

import datetime as dt
import json
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.utils import timezone

from issues.actions import change_status
from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import State, TextState
from tests.factories import instant, make_issue

pytestmark = pytest.mark.django_db
# The fields of a request in the samples of real servers.
FIELDS = [
    *("service_request_id", "status", "status_notes", "service_name", "service_code", "description"),
    *("agency_responsible", "service_notice", "requested_datetime", "updated_datetime", "expected_datetime"),
    *("address", "address_id", "zipcode", "lat", "long", "media_url"),
]
MARCH = {"start_date": "2026-03-01", "end_date": "2026-03-31"}
HERE = {"lng": 21.19, "lat": 45.74}


def number(issue):
    return tracking_number(issue.pk)


def ids(told):
    return [one["service_request_id"] for one in told]


def test_discovery_names_the_endpoint_in_both_formats(client):
    found = json.loads(client.get("/open311/discovery.json").content)
    assert set(found) == {"changeset", "contact", "key_service", "endpoints"}
    assert all(found.values())
    endpoint = found["endpoints"][0]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "https://ascult.example/open311/v2"
    assert (endpoint["type"], endpoint["formats"]) == ("production", ["text/xml", "application/json"])
    assert dt.datetime.fromisoformat(endpoint["changeset"]).tzinfo
    root = ElementTree.fromstring(client.get("/open311/discovery.xml").content)
    assert root.tag == "discovery"
    assert root.findtext("endpoints/endpoint/formats/format") == "text/xml"


def test_services_are_the_subjects_of_the_city(ask, ask_xml):
    told = {one["service_code"]: one for one in ask("services")}
    assert set(told) == {spec.slug for spec in settings.CITY.categories}
    roads, noise = told["roads"], told["noise"]
    assert roads["service_name"] == "Streets, pavements, bridges"
    assert (roads["metadata"], roads["type"]) == (True, "realtime")
    assert (noise["metadata"], noise["type"]) == (False, "batch")  # a person looks before it is published
    assert "poduri" in roads["keywords"].split(", ")
    first = ask_xml("services").find("service")
    assert ask_xml("services").tag == "services"
    assert first.findtext("metadata") in {"true", "false"}
    assert [child.tag for child in first] == list(roads)


def test_names_come_in_the_language_asked_for_else_in_the_citys(client):
    told = json.loads(client.get("/open311/v2/services.json").content)
    assert "Străzi, alei, trotuare, poduri" in {one["service_name"] for one in told}


def test_questions_are_attributes(ask, ask_xml):
    told = ask("services/lighting")
    assert told["service_code"] == "lighting"
    lamps, pole = told["attributes"]
    assert (lamps["code"], lamps["datatype"], lamps["order"]) == ("lamps", "singlevaluelist", 1)
    assert {"key": "one", "name": "one"} in lamps["values"]
    assert (pole["datatype"], pole["order"], "values" in pole) == ("string", 2, False)
    assert "300 letters at most" in pole["datatype_description"]
    assert "How many lamps are out?" in pole["datatype_description"]
    root = ask_xml("services/lighting")
    assert root.tag == "service_definition"
    assert root.findtext("attributes/attribute/values/value/key") == "one"
    assert root.findtext("attributes/attribute/required") == "false"
    assert ask("services/dumping")["attributes"][0]["values"] == [
        {"key": "yes", "name": "yes"},
        {"key": "no", "name": "no"},
    ]


def test_a_service_without_questions_has_a_definition_too(ask, ask_xml):
    assert ask("services/parks") == {"service_code": "parks", "attributes": []}
    assert len(ask_xml("services/parks").find("attributes")) == 0


def test_an_unknown_service_is_not_found_in_both_formats(ask, ask_xml):
    assert ask("services/nothing", 404) == [{"code": 404, "description": "service_code: there is no service nothing"}]
    root = ask_xml("services/nothing", 404)
    assert root.tag == "errors"
    assert (root.findtext("error/code"), root.findtext("error/description")[:12]) == ("404", "service_code")


def test_a_request_has_every_field_and_nothing_personal(ask, ask_xml):
    issue = make_issue("roads", **HERE, description="A deep hole.", address="Strada Mureș 12", at=instant(2026, 3, 5))
    (told,) = ask("requests", **MARCH)
    assert list(told) == FIELDS
    assert told["service_request_id"] == number(issue)
    assert told["description"] == "A deep hole."
    assert told["address"] == "Strada Mureș 12, Fabric, Timișoara"
    assert told["requested_datetime"] == told["updated_datetime"] == "2026-03-05T12:00:00+02:00"
    assert told["expected_datetime"] == f"{issue.promised_on}T23:59:59+03:00"
    assert (told["lat"], told["long"]) == (45.74, 21.19)
    assert (told["status"], told["status_notes"]) == ("open", "received")
    root = ask_xml("requests", **MARCH)
    assert root.tag == "service_requests"
    assert [child.tag for child in root.find("request")] == FIELDS
    assert root.findtext("request/lat") == "45.74"
    assert root.find("request/media_url").text is None


def test_one_request_comes_as_a_list_of_one(ask, ask_xml):
    issue = make_issue("roads", **HERE)
    assert ids(ask(f"requests/{number(issue)}")) == [number(issue)]
    assert ids(ask(f"requests/{number(issue).replace('-', '').lower()}")) == [number(issue)]
    assert ask_xml(f"requests/{number(issue)}").findtext("request/service_request_id") == number(issue)
    assert ask("requests/0000-0000", 404)[0]["code"] == 404


def test_closed_is_the_standards_word_and_the_notes_say_how(ask):
    issue = make_issue("roads", **HERE, at=instant(2026, 3, 5))
    change_status(by=None, issue=issue, to=State.REFUSED, reason="It is a private road.", at=instant(2026, 3, 9))
    (told,) = ask("requests", **MARCH)
    assert (told["status"], told["status_notes"]) == ("closed", "refused: It is a private road.")
    assert told["updated_datetime"] == "2026-03-09T12:00:00+02:00"
    assert ask("requests", **MARCH, status="open") == []
    assert ids(ask("requests", **MARCH, status="open,closed")) == [number(issue)]
    assert ids(ask("requests", **MARCH, status="CLOSED")) == [number(issue)]


def test_services_are_chosen_by_a_list(ask):
    road, lamp, park = (make_issue(c, **HERE, at=instant(2026, 3, 5)) for c in ("roads", "lighting", "parks"))
    assert set(ids(ask("requests", **MARCH, service_code="roads,lighting"))) == {number(road), number(lamp)}
    assert set(ids(ask("requests", **MARCH, service_code=["parks", "roads"]))) == {number(road), number(park)}
    assert ask("requests", 404, **MARCH, service_code="roads,nothing")[0]["code"] == 404


def test_numbers_override_everything_else(ask):
    old, new = (make_issue("roads", **HERE, at=instant(year, 3, 5)) for year in (2025, 2026))
    asked = f"{number(old)}, {number(new)},0000-0000"
    told = ask("requests", service_request_id=asked, status="nonsense", start_date="never", service_code="parks")
    assert ids(told) == [number(old), number(new)]


def test_the_newest_come_first_and_of_the_last_90_days(ask):
    now = timezone.now()
    ages = {days: make_issue("roads", **HERE, at=now - dt.timedelta(days=days)) for days in (89, 1, 91)}
    assert ids(ask("requests")) == [number(ages[1]), number(ages[89])]


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-01-01", "end_date": "2026-04-02"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-12-31T00:00:00Z"},
        {"start_date": "2026-03-05", "end_date": "2026-03-04"},
        {"start_date": "yesterday"},
        {"start_date": "2026-02-30"},
        {"end_date": "0001-01-01"},
        {"end_date": "2026-03-05T10:00:00+99:00"},
        {"status": "solved"},
        {"page": "minus one"},
        {"page_size": "0"},
        {"page_size": "1001"},
        {"bbox": "1,2,3"},
        {"updated_after": "soon"},
    ],
)
def test_what_cannot_be_is_a_bad_request_that_says_so(ask, query):
    (error,) = ask("requests", 400, **query)
    assert error["code"] == 400
    assert error["description"]


def test_ninety_days_are_not_too_many(ask):
    issue = make_issue("roads", **HERE, at=instant(2026, 4, 1, 23))
    assert ids(ask("requests", start_date="2026-01-01", end_date="2026-04-01")) == [number(issue)]
    # An hour of summer time makes them no longer.
    autumn = make_issue("roads", **HERE, at=instant(2025, 11, 28, 23))
    assert ids(ask("requests", start_date="2025-08-30", end_date="2025-11-28")) == [number(autumn)]


@pytest.mark.parametrize(
    "start", ["2026-03-05T12:00:00", "2026-03-05T12:00:00+02:00", "2026-03-05T10:00:00Z", "2026-03-05T12:00 02:00"]
)
def test_a_date_without_a_zone_is_the_citys(ask, start):
    issue = make_issue("roads", **HERE, at=instant(2026, 3, 5, 12))
    make_issue("roads", **HERE, at=instant(2026, 3, 5, 11))
    assert ids(ask("requests", start_date=start)) == [number(issue)]


def test_the_end_is_included_to_its_last_moment(ask):
    at = dt.datetime(2026, 3, 5, 12, 0, 0, 700_000, settings.CITY.zone)
    issue = make_issue("roads", **HERE, at=at)
    for end in ("2026-03-05T12:00:00", "2026-03-05", "2026-03", "2026-03-05T12:00:00.7"):
        assert ids(ask("requests", start_date="2026-03-01", end_date=end)) == [number(issue)], end
    assert ask("requests", start_date="2026-03-01", end_date="2026-03-05T12:00:00.6") == []


def test_an_empty_parameter_is_an_absent_one(ask):
    issue = make_issue("roads", **HERE, at=timezone.now() - dt.timedelta(days=1))
    names = [
        "service_request_id",
        "service_code",
        "start_date",
        "end_date",
        "status",
        "jurisdiction_id",
        "page",
        "bbox",
    ]
    empty = dict.fromkeys(names, "")
    assert ids(ask("requests", **empty)) == ids(ask("requests", **dict.fromkeys(empty, "null"))) == [number(issue)]


def test_another_jurisdiction_is_not_found(ask):
    assert ask("services", jurisdiction_id="timisoara") == ask("services", jurisdiction_id="ascult.example")
    for address in (
        "services",
        "services/roads",
        "requests",
        "requests/0000-0000",
        "tokens/1",
        "servicerequestupdates",
    ):
        assert ask(address, 404, jurisdiction_id="chicago")[0]["description"].startswith("jurisdiction_id")


def test_a_box_holds_what_lies_in_it(ask):
    inside = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 3, 5))
    make_issue("roads", lng=21.21, lat=45.74, at=instant(2026, 3, 5))
    assert ids(ask("requests", **MARCH, bbox="21.18,45.73,21.20,45.75")) == [number(inside)]
    assert ask("requests", **MARCH, bbox="0,0,1,1") == []


def test_what_changed_is_found_by_when_it_changed(ask):
    long_ago = make_issue("roads", **HERE, at=instant(2025, 3, 5), closed=instant(2026, 3, 7))
    still_open = make_issue("parks", **HERE, at=instant(2026, 3, 8))
    make_issue("lighting", **HERE, at=instant(2026, 3, 5), closed=instant(2026, 3, 20))
    told = ask("requests", updated_after="2026-03-06", updated_before="2026-03-10")
    assert set(ids(told)) == {number(long_ago), number(still_open)}
    # Both questions at once hold both.
    both = ask("requests", **MARCH, updated_after="2026-03-06", updated_before="2026-03-10")
    assert ids(both) == [number(still_open)]


def test_the_extension_tells_what_the_standard_has_no_field_for(ask, ask_xml):
    issue = make_issue("lighting", **HERE, at=instant(2026, 3, 5), answers={"lamps": "one"})
    again = make_issue("lighting", **HERE, at=instant(2026, 3, 6))
    change_status(by=None, issue=again, to=State.IN_PROGRESS, at=instant(2026, 3, 7))
    assert set(ask(f"requests/{number(issue)}")[0]) == set(FIELDS)
    later, first = ask("requests", **MARCH, extensions="true")
    assert later["extended_attributes"]["parent_service_request_id"] == number(issue)
    assert later["extended_attributes"]["state"] == "in_progress"
    assert first["extended_attributes"]["neighborhood"] == "fabric"
    assert first["extended_attributes"]["parent_service_request_id"] is None
    assert first["attributes"] == [{"code": "lamps", "label": "How many lamps are out?", "value": "one", "name": "one"}]
    assert [note["type"] for note in later["notes"]] == ["received", "in_progress"]
    assert later["notes"][1]["datetime"] == "2026-03-07T12:00:00+02:00"
    root = ask_xml(f"requests/{number(again)}", extensions="true")
    assert root.findtext("request/notes/note/type") == "received"
    assert root.findtext("request/extended_attributes/state") == "in_progress"


def test_hidden_ones_are_nowhere_and_by_number_it_is_said(ask):
    issue = make_issue("roads", **HERE, at=instant(2026, 3, 5))
    Issue.objects.filter(pk=issue.pk).update(hidden=True)
    assert ask("requests", **MARCH) == ask("requests", service_request_id=number(issue)) == []
    assert "hidden" in ask(f"requests/{number(issue)}", 404)[0]["description"]
    Issue.objects.filter(pk=issue.pk).update(waiting=True)
    assert "waits" in ask(f"requests/{number(issue)}", 404)[0]["description"]


def test_a_sensitive_subject_is_in_no_list_and_by_number_tells_only_where_it_stands(ask):
    point = {"lng": 21.1934, "lat": 45.7433}
    at = instant(2026, 3, 5, 17)
    issue = make_issue("noise", **point, at=at, description="My neighbour.", address="Strada Mureș 12")
    change_status(by=None, issue=issue, to=State.REFUSED, reason="Your neighbour sings.", at=instant(2026, 3, 12))
    assert ask("requests", **MARCH) == ask("requests", **MARCH, service_code="noise") == []
    assert ask("servicerequestupdates", **MARCH) == []
    (told,) = ask(f"requests/{number(issue)}", extensions="true")
    assert told == ask("requests", service_request_id=number(issue), extensions="true")[0]
    said = json.dumps(told, ensure_ascii=False)
    for secret in ("neighbour", "Mureș", "21.1934", "45.7433", "17:00", "2026-03-05"):
        assert secret not in said
    assert told["requested_datetime"] == "2026-03-02T00:00:00+02:00"  # the Monday
    assert told["updated_datetime"] == "2026-03-09T00:00:00+02:00"
    assert (told["address"], told["status_notes"]) == ("Fabric, Timișoara", "refused")


def test_words_kept_back_are_kept_back_here_too(ask):
    held = {"title": "A title", "description": "Call 0722 000 111.", "address": "Strada Mureș 12"}
    issue = make_issue("roads", **HERE, **held, at=instant(2026, 3, 5), text_state=TextState.WITHHELD)
    (told,) = ask("requests", **MARCH, extensions="true")
    assert (told["description"], told["address"]) == (None, "Fabric, Timișoara")
    Issue.objects.filter(pk=issue.pk).update(text_state=TextState.EDITED, edited_text="A hole.")
    assert ask("requests", **MARCH)[0]["description"] == "A hole."


def test_signs_that_xml_cannot_hold_are_left_out(ask_xml):
    make_issue("roads", **HERE, description="A \x0b<b>deep</b> & wide\ufffe hole", at=instant(2026, 3, 5))
    assert ask_xml("requests", **MARCH).findtext("request/description") == "A <b>deep</b> & wide hole"


def test_without_an_ending_the_format_is_as_the_client_prefers(client):
    assert client.get("/open311/v2/services")["Content-Type"] == "text/xml; charset=utf-8"
    json_wanted = client.get("/open311/v2/services", headers={"Accept": "application/json"})
    assert json_wanted["Content-Type"] == "application/json; charset=utf-8"


def test_whatever_lies_elsewhere_is_refused_in_the_standards_words(client):
    for address, kind in (
        ("/open311", "text/xml"),
        ("/open311/v2/nothing.json", "application/json"),
        ("/open311/v3/requests.xml", "text/xml"),
        ("/open311/v2/requests.yaml", "text/xml"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (404, f"{kind}; charset=utf-8"), address
    answer = client.delete("/open311/v2/requests.json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD")
    assert json.loads(answer.content)[0]["code"] == 405
