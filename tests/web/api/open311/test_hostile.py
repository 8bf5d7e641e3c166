"""Whatever is sent: an answer in the standard's words, never a page, never a mistake of ours, the database alive."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from django.db import OperationalError, connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.api.open311.conftest import V2

pytestmark = pytest.mark.django_db
NAMES = [
    *("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size", "bbox"),
    *("updated_after", "updated_before", "extensions", "jurisdiction_id", "api_key", "lat", "long"),
]
FIELDS = ["service_code", "lat", "long", "address_string", "address_id", "description", "email", "media_url"]
NASTY = [
    "\x00", "%00", "'", "';--", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "{}", "[]", "a" * 10_000,
    "-1", "0", "99999999999999999999", "1e999", "NaN", "Infinity", "٣", "1_000", "../../etc/passwd", "<script>", "％",
    "2026-03-05T10:00:00+14:59", "9999-12-31", "0000-00-00", "2199-12-31T23:59:60Z", "1900-01-01T00:00:00-14:00",
    "-180,-90,180,90", "1,2,3,4", "nan,nan,nan,nan", "1e308,1e308,1.1e308,1.1e308", ",,,,", "\u202e", "😀", "${7*7}",
]  # fmt: skip


def plain(answer):
    assert answer.status_code < 500, answer.content
    assert answer["Content-Type"] in {"application/json; charset=utf-8", "text/xml; charset=utf-8"}
    if answer["Content-Type"].startswith("application/json"):
        return json.loads(answer.content)
    return None


@pytest.mark.parametrize("name", NAMES)
def test_no_value_of_a_parameter_breaks_anything(client, name):
    for value in NASTY:
        for address in ("requests.json", "servicerequestupdates.xml"):
            plain(client.get(f"{V2}/{address}", {name: value}))
            plain(client.get(f"{V2}/{address}?{name}={quote(value)}&{name}[]={quote(value)}&{name}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@pytest.mark.parametrize(
    "where", ["services/{}.json", "requests/{}.json", "tokens/{}.xml", "{}.json", "{}/requests.xml"]
)
def test_no_address_breaks_anything(client, where):
    for value in NASTY:
        answer = client.get(f"{V2}/{where.format(quote(value, safe=''))}")
        plain(answer)
        assert answer.status_code in {404, 400}, value


@pytest.mark.parametrize(
    "name", ["service_code", "lat", "long", "address_string", "address_id", "description", "email", "media_url"]
)
def test_no_value_of_a_field_breaks_anything(client, key, name):
    usual = {"api_key": key, "service_code": "roads", "lat": "45.74", "long": "21.19", "description": "A hole."}
    if name.startswith("address"):
        usual = {field: value for field, value in usual.items() if field not in {"lat", "long"}}
    for value in NASTY:
        plain(client.post(f"{V2}/requests.json", {**usual, name: value}))
        plain(client.post(f"{V2}/requests.xml", {**usual, f"attribute[{value[:50]}]": value}))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(NAMES), st.text(max_size=40), max_size=4))
def test_no_question_breaks_anything(query):
    plain(Client().get(f"{V2}/requests.json", query))


def test_too_many_parameters_are_a_bad_request(client):
    answer = client.get(f"{V2}/requests.json?{'&'.join(f'a{i}=1' for i in range(300))}")
    assert answer.status_code == 400
    assert plain(answer)[0]["code"] == 400


def test_a_foreign_host_is_refused_in_the_standards_words(client):
    answer = client.get(f"{V2}/services.xml", headers={"Host": "evil.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/xml; charset=utf-8")


@pytest.mark.parametrize(
    "ask", [lambda c: c.get(f"{V2}/requests.json"), lambda c: c.post(f"{V2}/requests.json?api_key=ascult_x")]
)
def test_a_database_that_does_not_answer_is_said_with_when_to_come_again(monkeypatch, ask):
    def gone(*args, **named):
        raise OperationalError("gone")

    monkeypatch.setattr("web.api.open311.resource.counted", gone)
    monkeypatch.setattr("web.api.open311.keys.actor_of_token", gone)
    answer = ask(Client(raise_request_exception=False))
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert json.loads(answer.content)[0]["code"] == 503


def test_a_mistake_of_ours_is_said_plainly_too(monkeypatch):
    monkeypatch.setattr("web.api.open311.services.offered", lambda: 1 / 0)
    answer = Client(raise_request_exception=False).get(f"{V2}/services.xml")
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/xml; charset=utf-8")
    assert b"ZeroDivision" not in answer.content


def test_any_page_may_read_and_no_cookie_is_set(client):
    answer = client.get(f"{V2}/requests.json", headers={"Origin": "https://elsewhere.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert not answer.cookies
    asked = client.options(f"{V2}/requests.json")
    assert (asked.status_code, asked["Allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    assert answer["RateLimit"]
    assert client.head(f"{V2}/requests.xml").content == b""
