"""Whatever goes wrong is said as a problem in JSON, by whichever hand; and what pages of other sites may read."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from tests.web.api.conftest import API, fields


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1/", "/api/v2/issues", f"{API}nothing", f"{API}issues/", f"{API}a b"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "TRACE"])
def test_there_is_no_other_address(client, address, method):
    assert fields(client.generic(method, address), 404) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "BREW"])
def test_no_other_method(client, method):
    answer = client.generic(method, f"{API}issues")
    assert fields(answer, 405) == {}
    assert answer["Allow"] == "GET, POST, HEAD"


def test_a_host_nobody_knows(client):
    assert fields(client.get(f"{API}categories", headers={"Host": "evil.example"}), 400) == {}


def test_far_too_many_parameters(client, db):
    query = "&".join(f"a{i}=1" for i in range(300))
    assert fields(client.get(f"{API}issues?{query}"), 400) == {}


def test_the_database_is_down(client, monkeypatch):
    def refuse():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    client.raise_request_exception = False
    for headers in ({}, {"Authorization": "Bearer ascult_x"}):
        for address in ("issues", "areas", "schema.json", "issues.csv"):
            answer = client.get(API + address, headers=headers)
            assert fields(answer, 503) == {}
            assert answer["Retry-After"] == "30"


@pytest.mark.django_db
def test_a_mistake_of_ours_is_one_too_and_tells_nothing(client, monkeypatch):
    def fail(self, request):
        raise ValueError("secret")

    monkeypatch.setattr("web.api.categories.Categories.get", fail)
    client.raise_request_exception = False
    answer = client.get(f"{API}categories")
    assert fields(answer, 500) == {}
    assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_pages_of_other_sites_may_read_what_anybody_may(client):
    answer = client.get(f"{API}categories", headers={"Origin": "https://other.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    assert client.get(f"{API}nothing")["Access-Control-Allow-Origin"] == "*"


@pytest.mark.django_db
def test_but_neither_send_nor_use_a_key(client, city):
    answer = client.get(f"{API}categories", headers={"Authorization": "Bearer ascult_x"})
    assert fields(answer, 401) == {}
    assert "Access-Control-Allow-Origin" not in answer
    for method, may in (("GET", True), ("POST", False), ("DELETE", False)):
        asked = {"Origin": "https://other.example", "Access-Control-Request-Method": method}
        answer = client.options(f"{API}issues", headers=asked)
        assert answer.status_code == 204
        assert ("Access-Control-Allow-Origin" in answer) is may
        assert "POST" not in answer.get("Access-Control-Allow-Methods", "")


@pytest.mark.django_db
def test_an_answer_is_the_same_whatever_language_is_asked_for(client, city):
    first = client.get(f"{API}areas", headers={"Accept-Language": "ro"})
    second = client.get(f"{API}areas", headers={"Accept-Language": "en"})
    assert first.content == second.content
    assert first["Content-Language"] == "en"


@pytest.mark.django_db
def test_a_cookie_is_nothing_here(client, city, admin_user):
    client.force_login(admin_user)
    answer = client.get(f"{API}issues")
    assert answer.status_code == 200
    assert "Cookie" not in answer["Vary"]
