"""What nobody sends by accident: each input has one plain answer, never a 500, and nothing is kept of it."""

from __future__ import annotations

import json
import uuid

import pytest

from issues.models import Issue
from tests.factories import make_boundaries, make_category
from tests.filled_forms import as_json, filled, page_of

pytestmark = pytest.mark.django_db

JSON = "application/json"


@pytest.fixture
def post(client, address):
    make_boundaries()
    make_category()

    def sent(body, kind=JSON, **headers):
        raw = body.encode() if isinstance(body, str) else body
        return client.generic("POST", address("issue-new"), raw, content_type=kind, headers=headers)

    return sent


def refused(answer, status, code=None):
    """A problem as JSON, with nothing kept."""
    assert answer.status_code == status, answer.content[:300]
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["message"]
    assert code in (None, answer.json()["code"])
    assert not Issue.objects.exists()
    return True


def with_raw(name, raw):
    """A report as JSON text with one raw value."""
    return json.dumps(as_json() | {name: "@"}).replace('"@"', raw)


@pytest.mark.parametrize("raw", ["NaN", "Infinity", "-Infinity", "1e400", "91", "1e308", '"45.75"', "true", "[45.75]"])
def test_a_latitude_that_is_none(post, raw):
    assert refused(post(with_raw("lat", raw)), 400)


@pytest.mark.parametrize("raw", ["181", "-180.0001", "204848.2", "2362945.5", '"21.2"', "null"])
def test_a_longitude_that_is_none(post, raw):
    assert refused(post(with_raw("lng", raw)), 400)


def test_metres_are_told_what_to_be(post):
    answer = post(json.dumps(as_json(lng=204848.2, lat=482613.9)))
    assert refused(answer, 400, "not-degrees")
    assert "WGS 84" in answer.json()["message"]


@pytest.mark.parametrize(
    "name", ["crs", "srid", "accuracy", "status", "owner", "is_public", "created", "id", "priority"]
)
def test_members_nobody_knows(post, name):
    assert refused(post(json.dumps(as_json() | {name: 3857})), 400, "unknown-field")


@pytest.mark.parametrize(
    "body",
    [
        "[" * 60_000,
        '{"answers":' * 5_000 + "1" + "}" * 5_000,
        with_raw("lat", "4" * 5_000),
        '{"text": "a", "text": "b"}',
        "[]",
        "null",
        '"text"',
        "7",
        " ",
        "{",
        "\ufeff{}",
    ],
)
def test_bodies_that_are_no_report(post, body):
    assert refused(post(body), 400)


def test_a_body_too_large_is_not_read(post):
    assert refused(post(json.dumps(as_json(text="a" * 70_000))), 413, "too-large")
    assert refused(post("a" * 20_000_000), 413, "too-large")


@pytest.mark.parametrize("coding", ["utf-16", "latin-1"])
def test_other_codings(post, coding):
    body = json.dumps(as_json(text="Stâlpul e căzut".replace("ă", "a")), ensure_ascii=False).encode(coding)
    assert refused(post(body), 400)
    assert refused(post(body, kind=f"{JSON}; charset={coding}"), 415, "charset")


@pytest.mark.parametrize("text", ["a\\u0000b", "a\\ud800b"])
def test_signs_no_text_has(post, text):
    assert refused(post(with_raw("text", f'"{text}"')), 400, "signs")
    assert refused(post(with_raw("answers", f'{{"lamps": "{text}"}}')), 400, "signs")


@pytest.mark.parametrize("answers", ["[]", "null", '"x"', '{"lamps": 1}', '{"lamps": {"a": "b"}}', '{"lamps": null}'])
def test_answers_that_are_none(post, answers):
    assert refused(post(with_raw("answers", answers)), 400, "wrong-type")


@pytest.mark.parametrize("raw", ["7", "null", "{}", "true"])
@pytest.mark.parametrize("name", ["key", "text", "category", "email", "address", "website"])
def test_texts_that_are_none(post, name, raw):
    assert refused(post(with_raw(name, raw)), 400, "wrong-type")


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/geo+json", "image/jpeg", ""])
def test_other_kinds_of_body(post, kind):
    assert refused(post(json.dumps(as_json()), kind=kind, Accept=JSON), 415, "media-type")


def test_a_packed_body_is_not_unpacked(post):
    assert refused(post(b"\x1f\x8b\x08", **{"Content-Encoding": "gzip"}), 415, "encoding")


@pytest.mark.parametrize("accept", [JSON, "text/html"])
def test_a_form_too_large_or_not_whole(client, address, accept):
    make_boundaries()
    headers = {"Accept": accept}
    many = client.post(address("issue-new"), filled(**{f"answer-{n}": "" for n in range(1_200)}), headers=headers)
    long = client.post(address("issue-new"), filled(text="ă" * 40_000), headers=headers)
    half = client.post(address("issue-new"), b"--x\r\n", content_type="multipart/form-data", headers=headers)
    nul = client.post(address("issue-new"), filled(text="a\x00b"), headers=headers)
    assert [a.status_code for a in (many, long, half, nul)] == [400, 413, 400, 400]
    assert all(("json" in a["Content-Type"]) == (accept == JSON) for a in (many, long, half, nul))


def test_a_form_in_the_address_line_style_is_limited_too(client, address):
    form = "text=" + "a" * 70_000
    answer = client.post(address("issue-new"), form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert "your words still stand in the form" in answer.content.decode()


@pytest.mark.parametrize("number", ["nan", "inf", "1e400", "٣", "1_0", "0x10", "21,2", "9" * 400, "' or 1=1"])
def test_numbers_of_a_form_that_are_none(client, address, number):
    make_boundaries()
    answer = client.post(address("issue-new"), filled(lat=number))
    assert (answer.status_code, page_of(answer).view) == (422, ["where"])


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "{{ settings }}{% now %}"]
)
def test_markup_stays_text(client, address, text):
    make_boundaries()
    names = ("text", "address", "search", "place", "email", "website", "key", "lng", "step", "area", "found", "asked")
    answer = client.post(address("issue-new"), {**filled(), **dict.fromkeys(names, text), "go": "find"})
    assert "<script>alert" not in answer.content.decode()
    assert "<img src=x" not in answer.content.decode()
    assert page_of(answer).values["text"] == text


@pytest.mark.parametrize("text", ["a" * 2_001, "   \n ", "\u200b\u202e", "e" + "\u0301" * 10_000])
def test_texts_that_are_too_much_or_nothing(client, address, text):
    make_boundaries()
    make_category()
    answer = client.post(address("issue-new"), filled(text=text), headers={"Accept": JSON})
    assert (answer.status_code, set(answer.json()["problems"])) == (422, {"text"})


@pytest.mark.parametrize("text", ["Stâlp în Țiglina, ș și ţ", "🧑‍🚒 la colț", "Стуб не ради"])
def test_letters_of_every_kind_come_through(client, address, text):
    make_boundaries()
    make_category()
    assert client.post(address("issue-new"), filled(text=text)).status_code == 303
    assert Issue.objects.get().description == text


def test_directions_and_invisible_signs_are_left_out(client, address):
    make_boundaries()
    make_category()
    client.post(address("issue-new"), filled(text="lamp\u202egpj.exe\u200b out\r\nnow"))
    assert Issue.objects.get().description == "lampgpj.exe out\nnow"


@pytest.mark.parametrize(
    "name", ["found", "area", "search", "searched", "category", "asked", "suggested", "step", "go"]
)
@pytest.mark.parametrize("value", ["9" * 30, "-1", "0", "../..", "%00", "' or 1=1 --", "\u202e", "😀" * 200])
def test_no_field_breaks_the_page(client, address, name, value):
    make_boundaries()
    make_category()
    for go in ("find", "streets", "what", "send", "use", "swap"):
        form = filled(step="where", lng="", lat="", go=go, email="a@b.example") | {name: value}
        assert client.post(address("issue-new"), form).status_code in {200, 422}


def test_a_key_of_another_person_tells_nothing(client, address):
    make_boundaries()
    make_category()
    form = filled()
    client.post(address("issue-new"), form)
    answer = client.post(address("issue-new"), form | {"text": "guess"}, headers={"Accept": JSON})
    assert answer.status_code == 409
    assert "lamp" not in answer.content.decode()


def test_a_key_in_capitals_is_the_same_key(client, address):
    make_boundaries()
    make_category()
    form = filled(key=str(uuid.uuid4()))
    first = client.post(address("issue-new"), form)
    second = client.post(address("issue-new"), form | {"key": form["key"].upper()})
    assert first["Location"] == second["Location"]
