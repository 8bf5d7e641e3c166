"""Every answer against the JSON Schemas that others wrote for GeoReport, and XML against answers of real servers."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from issues.actions import change_status
from issues.models import Photo
from issues.naming import tracking_number
from issues.photos import add_photo
from issues.rules import State
from tests.factories import instant, make_issue, make_issues
from tests.made_pictures import jpeg
from tests.web.api.open311.conftest import V2

pytestmark = pytest.mark.django_db
NAMES = ("request", "requests", "service", "services", "service-definition")
ASKED = "start_date=2026-03-01&end_date=2026-03-31"
checker = FormatChecker(formats=())


@checker.checks("date-time", raises=ValueError)
def _moment(value):
    if isinstance(value, str) and dt.datetime.fromisoformat(value).tzinfo is None:
        raise ValueError("a date without a zone")
    return True


@checker.checks("uri")
def _uri(value):
    return not isinstance(value, str) or value.startswith("https://")


@pytest.fixture
def valid(real):
    """A check of what an answer holds against one of the schemas."""
    folder = real / "open311" / "schema-validation"
    read = {name: json.loads((folder / f"schema__georeport-v2__{name}.json").read_text("utf-8")) for name in NAMES}
    # "minItems" stands beside a reference to an object, where it says nothing; the schemas name each other as files.
    held = {f"{name}.json": Resource.from_contents(one, default_specification=DRAFT4) for name, one in read.items()}
    registry = Registry().with_resources(held.items())

    def check(name, data):
        Draft4Validator(read[name], registry=registry, format_checker=checker).validate(data)

    return check


@pytest.fixture
def swagger(real):
    text = (real / "open311" / "schema-validation" / "schema__georeport-v2__swagger.json").read_text("utf-8")
    return json.loads(text)


@pytest.fixture
def world():
    """Issues in every state, one with a photo, one of a sensitive subject, one without a place of its own."""
    for i, to in enumerate(State):
        issue = make_issue("lighting", i=i, at=instant(2026, 3, 5 + i), answers={"lamps": "one", "pole": "A & B"})
        if to != State.RECEIVED:
            change_status(by=None, issue=issue, to=to, reason="So it is.", at=instant(2026, 3, 20))
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    Photo.objects.update(state="shown")
    adrift = make_issue("roads", description="", at=instant(2026, 3, 5))
    type(adrift).objects.filter(pk=adrift.pk).update(default_pin=True, promised_on=None)
    make_issues(2, "parks", at=instant(2026, 3, 6))
    return make_issue("noise", at=instant(2026, 3, 5))


@pytest.mark.parametrize(
    "more", ["", "&extensions=true", "&service_code=parks", "&status=closed", "&service_code=noise"]
)
def test_requests(client, world, valid, swagger, more):
    told = client.get(f"{V2}/requests.json?{ASKED}{more}").json()
    assert bool(told) == ("noise" not in more)
    valid("requests", told)
    for one in told:
        Draft4Validator(_nullable(swagger["definitions"]["Request"])).validate(one)
        assert all(isinstance(one[name], str) for name in ("service_request_id", "service_code"))


def test_one_request_also_of_a_sensitive_subject(client, world, valid):
    valid("requests", client.get(f"{V2}/requests/{tracking_number(world.pk)}.json?extensions=true").json())


def test_services_and_definitions(client, world, valid):
    services = client.get(f"{V2}/services.json").json()
    valid("services", services)
    for service in services:
        definition = client.get(f"{V2}/services/{service['service_code']}.json").json()
        valid("service-definition", definition)
        assert bool(definition["attributes"]) == service["metadata"]


def test_tokens_and_the_answer_to_a_report(send, ask, swagger):
    for code in ("roads", "noise"):
        (told,) = send(service_code=code)
        Draft4Validator(_nullable(swagger["definitions"]["RequestResponse"])).validate(told)
        if "token" in told:
            Draft4Validator(swagger["definitions"]["TokenResponse"]).validate(ask(f"tokens/{told['token']}")[0])


def test_xml_has_the_shape_of_real_answers(client, world, real):
    folder = real / "open311" / "sanfrancisco_gem"
    samples = {
        f"requests.xml?{ASKED}": "service_requests.xml",
        "services.xml": "services.xml",
        "requests/0000-0000.xml": "get_service_request_not_found.xml",
        f"requests.xml?{ASKED}&service_code=noise": "service_requests_empty.xml",
    }
    for address, name in samples.items():
        theirs = ElementTree.fromstring((folder / name).read_bytes())
        ours = ElementTree.fromstring(client.get(f"{V2}/{address}").content)
        assert (ours.tag, {child.tag for child in ours}) == (theirs.tag, {child.tag for child in theirs}), name
        for row in ours:
            assert {child.tag for child in theirs[0]} == {child.tag for child in row}, name


def _nullable(schema):
    """The same, where the standard lets a field be empty: Swagger 2 had no word for it."""
    needed = schema.get("required", [])
    fields = {
        name: what if name in needed else {**what, "type": [what["type"], "null"]}
        for name, what in schema["properties"].items()
    }
    return {"type": "object", "properties": fields} | ({"required": needed} if needed else {})
