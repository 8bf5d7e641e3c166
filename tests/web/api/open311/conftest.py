"""A small city that other programs ask and write to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from neighborhoods.access import make_token
from neighborhoods.models import Address
from neighborhoods.models.access import READ, WRITE
from tests.factories import make_boundaries, make_category

V2 = "/open311/v2"


@pytest.fixture(autouse=True)
def place(request: pytest.FixtureRequest, settings: Any, tmp_path: Any) -> None:
    """Two neighborhoods, all subjects, limits that no test reaches."""
    settings.SITE_URL = "https://ascult.example"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.API_LIMITS_TIMES = 1000
    if request.node.get_closest_marker("django_db") and "served" not in request.fixturenames:
        request.getfixturevalue("db")
        make_boundaries(["Fabric", "Iosefin"])
        make_category()


@pytest.fixture
def ask(client: Client) -> Callable[..., Any]:
    """GET an address of the standard as JSON, in English; gives what it holds."""

    def asked(address: str, code: int = 200, **query: Any) -> Any:
        answer = client.get(f"{V2}/{address}.json", query, headers={"Accept-Language": "en"})
        assert answer.status_code == code, answer.content
        assert answer["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(answer.content)

    return asked


@pytest.fixture
def ask_xml(client: Client) -> Callable[..., Any]:
    """The same as XML; gives its root."""

    def asked(address: str, code: int = 200, **query: Any) -> Any:
        answer = client.get(f"{V2}/{address}.xml", query, headers={"Accept-Language": "en"})
        assert answer.status_code == code, answer.content
        assert answer["Content-Type"] == "text/xml; charset=utf-8"
        assert answer.content.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n')
        return ElementTree.fromstring(answer.content)

    return asked


@pytest.fixture
def key() -> str:
    """The key of a program that may send reports."""
    return make_token(name="an app", scope=WRITE, by=None)[1]


@pytest.fixture
def reading_key() -> str:
    return make_token(name="a reader", scope=READ, by=None)[1]


@pytest.fixture
def send(client: Client, key: str) -> Callable[..., Any]:
    """POST a report, by default one that can be; gives what the answer holds."""

    def sent(code: int = 200, *, headers: dict[str, str] | None = None, multipart: bool = False, **changes: Any) -> Any:
        usual = {"api_key": key, "service_code": "roads", "description": "A deep hole.", "lat": 45.74, "long": 21.19}
        fields = {name: value for name, value in (usual | changes).items() if value is not None}
        told = {"Accept-Language": "en", **(headers or {})}
        if multipart:
            answer = client.post(f"{V2}/requests.json", fields, headers=told)
        else:
            form = "application/x-www-form-urlencoded; charset=utf-8"
            answer = client.post(f"{V2}/requests.json", _encoded(fields), content_type=form, headers=told)
        assert answer.status_code == code, answer.content
        assert answer["Content-Type"] == "application/json; charset=utf-8"
        return json.loads(answer.content)

    return sent


def _encoded(fields: dict[str, Any]) -> str:
    from urllib.parse import urlencode

    return urlencode(fields, doseq=True)


def make_address(street: str = "Strada Mureș", number: str = "", words: str = "mures", **place: Any) -> Address:
    """An entry of the gazetteer, in Fabric unless said otherwise."""
    from django.contrib.gis.geos import Point

    lng, lat = place.get("lng", 21.187), place.get("lat", 45.738)
    return Address.objects.create(
        street=street,
        number=number,
        words=words,
        point=Point(lng, lat, srid=4326),
        neighborhood="fabric",
        source="test",
    )
