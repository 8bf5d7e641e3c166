"""The description: every address, every answer there may be, and nothing made up."""

from __future__ import annotations

import json

import pytest

from web.api.schema import document
from web.api.urls import urlpatterns
from web.routes import ROUTES, Family

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def described():
    return json.loads(document())


def operations(described):
    return [(path, method, one) for path, ways in described["paths"].items() for method, one in ways.items()]


def test_every_address_and_method_is_described(described):
    routed = {
        (pattern.name, method.lower())
        for pattern in urlpatterns
        for method in ROUTES[pattern.name].methods
        if pattern.name != "api-schema"
    }
    assert len(operations(described)) == len(routed)
    assert {pattern.name for pattern in urlpatterns} == {
        name for name, row in ROUTES.items() if row.family == Family.API and name.startswith("api-")
    }


def test_operations_have_names_of_their_own(described):
    names = [one["operationId"] for _path, _method, one in operations(described)]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


def test_every_refusal_is_a_problem_and_tells_when_to_come_again(described):
    for path, _method, one in operations(described):
        refusals = {status: said for status, said in one["responses"].items() if status >= "400"}
        assert {"400", "401", "429", "503"} <= set(refusals), path
        for status, said in refusals.items():
            assert list(said["content"]) == ["application/problem+json"], (path, status)
        assert "Retry-After" in refusals["429"]["headers"]
        assert "Retry-After" in refusals["503"]["headers"]
        assert "RateLimit" in next(iter(one["responses"].values()))["headers"]


def test_sending_names_its_key_and_all_that_may_happen(described):
    one = described["paths"]["/api/v1/issues"]["post"]
    assert {"200", "201", "400", "403", "409", "410", "413", "415", "422", "429", "503"} <= set(one["responses"])
    assert next(p for p in one["parameters"] if p["name"] == "Idempotency-Key")["required"] is True
    assert described["components"]["schemas"]["ReportRequest"]["required"] == ["category", "lat", "lng", "text"]


def test_it_is_served_as_openapi(client, described):
    answer = client.get("/api/v1/schema.json")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/vnd.oai.openapi+json"
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["paths"] == described["paths"]
