"""What nobody sends by accident: each input has its one answer, never a 5xx, never a page from the API.

Numbers are those of the table of hostile inputs (1 to 81 and 106 to 130). Uploads (82 to 105) are tried in
tests/issues/test_pictures_hostile.py; more of signing in in tests/web/pages/test_signing.py and test_second_factor.py,
of webhooks in tests/web/test_outgoing.py.
Where the form takes the same body as JSON, it must refuse what the API refuses.
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
import socket
import uuid
from urllib.parse import quote

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from geo import hexes
from issues.models import Issue, Verdict
from issues.naming import tracking_number
from neighborhoods.wrong_passwords import FREE
from tests.factories import instant, make_issue
from tests.filled_forms import LAT, LNG
from tests.made_pictures import jpeg
from tests.staff import PASSWORD, make_moderator, sign_in
from tests.web.api.conftest import API, fields, report, whole
from web import outgoing
from web.api import categories
from web.api.throttling import Policy
from web.outgoing import AddressRefusedError

FORM = "/en/issues/new/"
GOOD = (200, 201)


@pytest.fixture(autouse=True)
def lives(city):
    """The session of the database that answers in the end is the one that was there in the beginning."""

    def session() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            return cursor.fetchone()[0]

    before = session()
    yield
    assert session() == before


def raw(**members: str) -> bytes:
    """A report as JSON with some members as they stand here, however wrong."""
    text = json.dumps(report() | {name: f"@{name}@" for name in members})
    for name, value in members.items():
        text = text.replace(f'"@{name}@"', value)
    return text.encode()


def without(name: str) -> bytes:
    return json.dumps({k: v for k, v in report().items() if k != name}).encode()


def ring(n: int) -> str:
    """A ring that crosses itself at random, as GeoJSON."""
    rng = random.Random(n)
    corners = [[round(21 + rng.random() / 2, 6), round(45.6 + rng.random() / 4, 6)] for _ in range(n)]
    return json.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})


def comb(n: int) -> str:
    corners = [[21.2 + i * 1e-5, 45.7 + (i % 2) / 100] for i in range(n)]
    return json.dumps({"type": "Polygon", "coordinates": [[*corners, corners[0]]]})


def polygon(rings: str) -> str:
    return f'{{"type":"Polygon","coordinates":[{rings}]}}'


def nested(n: int) -> str:
    return '{"type":"GeometryCollection","geometries":[' * n + "]}" * n


# Number and name, the body, the answer of the API, and a field that it names.
BODIES: list[tuple[str, bytes, int, str]] = [
    ("01 NaN", raw(lat="NaN"), 400, ""),
    ("02 Infinity", raw(lat="-Infinity"), 400, ""),
    ("03 1e400", raw(lng="1e400"), 400, "lng"),
    ("04 lat 91", raw(lat="91"), 400, "lat"),
    ("05 lng 181", raw(lng="181"), 400, "lng"),
    ("06 lng 1e308", raw(lng="1e308"), 400, "lng"),
    ("07 swapped", raw(lng=str(LAT), lat=str(LNG)), 422, "lng"),
    ("08 zero", raw(lng="0", lat="0"), 422, "lng"),
    ("09 outside the city", raw(lng="21.3600011"), 422, "lng"),
    ("10 on the border of a neighborhood", raw(lng="21.18", lat="45.73"), 201, ""),
    ("11 minus zero", raw(lng="-0.0", lat="-0.0"), 422, "lat"),
    ("12 many decimals", raw(lng="21.195000000000000001", lat="45.742000000000001"), 201, ""),
    ("13 lat as text", raw(lat='"45.75"'), 400, "lat"),
    ("14 lat true", raw(lat="true"), 400, "lat"),
    ("15 lat a list", raw(lat="[45.75]"), 400, "lat"),
    ("16 no lng", without("lng"), 400, "lng"),
    ("16 null", raw(lng="null"), 400, "lng"),
    ("17 accuracy -5", raw(accuracy="-5"), 400, "accuracy"),
    ("17 accuracy 1e9", raw(accuracy="1e9"), 400, "accuracy"),
    ("18 metres of the national grid", raw(lng="204848.2", lat="482613.9"), 400, "lat"),
    ("19 metres of Web Mercator", raw(lng="2362945.5", lat="5741912.1"), 400, "lng"),
    ("20 crs", raw(crs='{"type":"name","properties":{"name":"EPSG:3844"}}'), 400, "crs"),
    ("20 srid", raw(srid="3844"), 400, "srid"),
    ("21 a ring of 300", raw(geometry=ring(300)), 400, "geometry"),
    ("22 a ring of 1,500", raw(geometry=ring(1_500)), 400, "geometry"),
    ("23 a ring of 200,000", raw(geometry=ring(200_000)), 413, ""),
    ("24 a comb of 12,000", raw(geometry=comb(12_000)), 400, "geometry"),
    ("25 a bow-tie", raw(geometry=polygon("[[0,0],[1,1],[1,0],[0,1],[0,0]]")), 400, "geometry"),
    ("26 an open ring", raw(geometry=polygon("[[0,0],[1,1],[1,0]]")), 400, "geometry"),
    ("27 two corners", raw(geometry=polygon("[[0,0],[1,1],[0,0]]")), 400, "geometry"),
    (
        "28 a hole outside",
        raw(geometry=polygon("[[0,0],[1,0],[1,1],[0,0]],[[5,5],[6,5],[6,6],[5,5]]")),
        400,
        "geometry",
    ),
    ("29 empty", raw(geometry=polygon("")), 400, "geometry"),
    ("30 nested 500 deep", raw(geometry=nested(500)), 400, ""),
    ("30 nested 2,000 deep", raw(geometry=nested(2_000)), 400, ""),
    ("31 a point of three", raw(geometry='{"type":"Point","coordinates":[21.2,45.7,80]}'), 400, "geometry"),
    ("32 a point of one", raw(geometry='{"type":"Point","coordinates":[21.2]}'), 400, "geometry"),
    ("40 a linked crs", raw(crs='{"type":"link","properties":{"href":"http://127.0.0.1:9/x"}}'), 400, "crs"),
    ("41 a path", raw(lng='"POINT(/vsicurl/http://127.0.0.1:9/x)"'), 400, "lng"),
    ("42 200,000 brackets", b"[" * 200_000, 400, ""),
    ("42 nested objects", b'{"answers":' * 5_000 + b"1" + b"}" * 5_000, 400, ""),
    ("43 20 MB", b'{"text":"' + b"a" * 20_000_000 + b'"}', 413, ""),
    ("44 5,000 digits", raw(lat="4" * 5_000), 400, ""),
    ("45 a name twice", b'{"text": "a", "text": "b"}', 400, "text"),
    ("45 a name twice inside", raw(answers='{"lamps": "one", "lamps": "several"}'), 400, "lamps"),
    ("46 a list", b"[]", 400, ""),
    ("46 null", b"null", 400, ""),
    ("46 a text", b'"text"', 400, ""),
    ("46 nothing", b"", 400, ""),
    ("46 half", b'{"text": "a', 400, ""),
    ("47 UTF-16", json.dumps(report()).encode("utf-16"), 400, ""),
    ("47 Latin-1", json.dumps(report(text="Stâlp"), ensure_ascii=False).encode("latin-1"), 400, ""),
    ("47 a mark of order", b"\xef\xbb\xbf" + json.dumps(report()).encode(), 400, ""),
    ("48 NUL", raw(text='"a\\u0000b"'), 400, "text"),
    ("48 NUL in a name", json.dumps(report(**{"a\0b": 1})).encode(), 400, "a�b"),
    ("49 half a pair", raw(text='"a\\ud800b"'), 400, "text"),
    ("49 half a pair in an answer", raw(answers='{"lamps": "\\udfff"}'), 400, "answers"),
    *((f"61-63 {name}", raw(**{name: "1"}), 400, name) for name in ("status", "owner", "is_public", "created")),
    *((f"61-63 {name}", raw(**{name: "1"}), 400, name) for name in ("id", "priority", "hidden", "key", "opened_at")),
    ("64 a script", raw(text='"<script>alert(1)</script>"'), 201, ""),
    ("65 an image", raw(text='"<img src=x onerror=alert(1)>"'), 201, ""),
    ("66 a link", raw(text='"javascript:alert(1)"'), 201, ""),
    ("67 a template", raw(text='"{{ settings.SECRET_KEY }}{% now %}"'), 201, ""),
    ("68 2,001 letters", raw(text=json.dumps("a" * 2_001)), 400, "text"),
    ("69 blanks", raw(text='"  \\n \\t "'), 400, "text"),
    ("70 10,000 marks", raw(text=json.dumps("e" + "\u0301" * 1_900)), 400, "text"),
    ("70 too many marks", raw(text=json.dumps("e" + "\u0301" * 10_000)), 400, "text"),
    ("71 directions", raw(text='"lamp\\u202egpj.exe\\u200b out"'), 201, ""),
    ("72 commas and cedillas", raw(text=json.dumps("Țiglina ș și ţ")), 201, ""),
    ("73 joined signs", raw(text=json.dumps("🧑‍🚒 la colț")), 201, ""),
    ("74 Cyrillic", raw(text=json.dumps("Стуб не ради")), 201, ""),
    ("75 a phone", raw(text=json.dumps("Sunați la 0740 123 456")), 201, ""),
    ("76 an address", raw(text=json.dumps("ana@example.org")), 201, ""),
    ("77 a plate", raw(text=json.dumps("mașina TM 12 ABC")), 201, ""),
    *((f"78-81 {sign!r}", raw(text=json.dumps(f"{sign}1+1")), 201, "") for sign in "=+-@＝"),
]


@pytest.mark.parametrize("body, status, field", [pytest.param(*case[1:], id=case[0]) for case in BODIES])
def test_a_body(client, send, body, status, field):
    answer = send(body)
    if status in GOOD:
        assert answer.status_code == status, answer.content
        assert Issue.objects.count() == 1
    else:
        said = fields(answer, status)
        assert field in said or not field, said
        assert not Issue.objects.exists()
    form = client.generic("POST", FORM, with_key(body), "application/json", CONTENT_TYPE="application/json")
    assert form.status_code in GOOD if status in GOOD else 400 <= form.status_code < 500
    assert form["Content-Type"].startswith("application/")
    assert Issue.objects.count() == (2 if status in GOOD else 0)


def with_key(body: bytes) -> bytes:
    """The same for the form, which takes its key among the members."""
    return body.replace(b"{", b'{"key": "%s", ' % str(uuid.uuid4()).encode(), 1) if body.startswith(b'{"cat') else body


# Number and name, the address, the answer, and the parameter that it names.
QUESTIONS: list[tuple[str, str, int, str]] = [
    ("20 srid", "issues?srid=4326", 400, "srid"),
    ("33 over the antimeridian", "issues?bbox=179,45,-179,46", 400, "bbox"),
    ("34 the whole world", "issues?bbox=-180,-90,180,90", 400, "bbox"),
    ("35 turned round", "issues?bbox=21.3,45.8,21.1,45.7", 400, "bbox"),
    ("36 NaN", "issues?bbox=NaN,45,21.3,46", 400, "bbox"),
    ("36 three", "issues?bbox=21.1,45.7,21.3", 400, "bbox"),
    ("36 five", "issues?bbox=21.1,45.7,21.3,45.8,1", 400, "bbox"),
    ("36 a statement", "issues?bbox=21.1,45.7,21.3,45.8;drop table issues_issue", 400, "bbox"),
    ("36 endless", "issues?bbox=-Infinity,45,Infinity,46", 400, "bbox"),
    ("37 no cell", "issues?cell=8a1e1929c007ffe", 400, "cell"),
    ("37 a negative one", "issues?cell=-1", 400, "cell"),
    ("37 a pentagon", f"issues?cell={hexes.to_text(0x8A0800000007FFF)}", 400, "cell"),
    ("37 resolution 15", "issues?cell=8f1e1929c006d84", 400, "cell"),
    ("37 elsewhere", f"issues?cell={hexes.to_text(int(hexes.cells_of([26.1], [44.4], 9)[0]))}", 400, "cell"),
    ("38 a fill of 2x2 degrees", "cells?res=9&bbox=20,45,22,47", 400, "bbox"),
    ("38 too many cells", "cells?res=10&bbox=21.08,45.65,21.36,45.84", 422, "bbox"),
    ("39 res -1", "cells?res=-1", 400, "res"),
    ("39 res 99", "cells?res=99", 400, "res"),
    ("41 a path", "issues?bbox=/vsicurl/http://127.0.0.1:9/x", 400, "bbox"),
    ("41 WKT", "issues?area=POLYGON((0 0,1 1,1 0,0 0))", 400, "area"),
    ("70 marks", "issues?q=" + "\u0301" * 90, 400, "q"),
    ("71 directions", "issues?q=a%E2%80%AEb", 400, "q"),
    ("119 an hour that is not", "issues?since=2026-03-29T03:30", 400, "since"),
    ("120 an hour that is twice", "issues?since=2026-10-25T03:30", 400, "since"),
    ("121 the year 9999", "issues?until=9999-12", 400, "until"),
    ("121 the year 1", "issues?since=0001-01", 400, "since"),
    ("122 without a zone", "issues?since=2026-03-29T00:00:00", 400, "since"),
    ("123 page -1", "issues?page=-1", 400, "page"),
    ("123 page 1e9", "issues?page=1e9", 400, "page"),
    ("124 page_size 1e6", "issues?page_size=1000000", 200, ""),
    ("124 page_size -1", "issues?page_size=-1", 400, "page_size"),
    ("124 page_size 1e9", "issues?page_size=1e9", 400, "page_size"),
    ("124 page_size of Arabic digits", "issues?page_size=٣", 400, "page_size"),
    ("125 ordering", "issues?ordering=password", 400, "ordering"),
    ("126 a cursor", "issues?cursor=cD0yMDA%3D", 400, "cursor"),
    ("126 a cursor of others", "rankings?cursor=2026-01-01~K7QF-2M9X.AAAA", 404, ""),
    ("128 a language", "issues?language=../../etc", 400, "language"),
    ("a statement", "issues?q=' OR 1=1; DROP TABLE issues_issue; --", 200, ""),
    ("operators", "issues?q=a %26 ! | <-> b:*", 200, ""),
    ("NUL", "issues?area=a%00b", 400, "area"),
    ("half a pair", "issues?area=%ED%A0%80", 400, "area"),
    ("a name with NUL", "issues?a%00b=1", 400, "a�b"),
]


@pytest.mark.parametrize("address, status, field", [pytest.param(*case[1:], id=case[0]) for case in QUESTIONS])
def test_a_question(client, address, status, field):
    make_issue()
    answer = client.get(API + quote(address, safe="/?=&%,:*"))
    if status in GOOD:
        assert answer.status_code == status
    else:
        said = fields(answer, status)
        assert field in said or not field, said


@pytest.mark.parametrize(
    "corners, name",
    [
        (lambda: ";".join(f"{x},{y}" for x, y in json.loads(ring(300))["coordinates"][0]), "21"),
        (lambda: ";".join(f"{x},{y}" for x, y in json.loads(ring(1_500))["coordinates"][0]), "22"),
        (lambda: ";".join(f"{x},{y}" for x, y in json.loads(comb(12_000))["coordinates"][0]), "24"),
        (lambda: "21.2,45.7;21.21,45.71;21.21,45.7;21.2,45.71", "25"),
        (lambda: "21.2,45.7;21.21,45.71", "27"),
        (lambda: "", "29"),
        (lambda: "nan,45.7;21.21,inf;1e400,0", "36"),
        (lambda: "179,45;-179,45;0,46", "33"),
        (lambda: "-180,-90;180,-90;180,90;-180,90", "34"),
        (lambda: "45.7,21.2;45.71,21.2;45.71,21.21", "7"),
    ],
)
def test_ground_that_cannot_be_never_comes_to_the_database(client, corners, name, monkeypatch):
    monkeypatch.setattr("web.pages.feeds._within", lambda *_: pytest.fail("the database was asked"))
    assert client.get("/en/feeds/issues.atom", {"area": corners()}).status_code == 400


def test_40_41_nothing_is_fetched(client, send):
    """A trap listens where hostile references point; nobody comes."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        link = f"http://127.0.0.1:{trap.getsockname()[1]}/x"
        send(raw(crs=json.dumps({"type": "link", "properties": {"href": link}})))
        send(report(text=link, address=link))
        client.get(f"{API}issues", {"bbox": f"/vsicurl/{link}", "area": link})
        with pytest.raises(TimeoutError):
            trap.accept()


@pytest.mark.parametrize(
    "kind, headers, status",
    [
        ("text/plain", {}, 415),
        ("application/xml", {}, 415),
        ("application/geo+json", {}, 415),
        ("multipart/form-data; boundary=x", {}, 415),
        ("application/x-www-form-urlencoded", {}, 415),
        ("", {}, 415),
        ("application/json; charset=utf-16", {}, 415),
        ("application/json", {"Content-Encoding": "gzip"}, 415),
        ("application/json", {"Content-Encoding": "br, gzip"}, 415),
        ("application/json; charset=UTF-8", {}, 201),
    ],
    ids=lambda value: str(value),
)
def test_50_51_a_content_type(send, kind, headers, status):
    answer = send(json.dumps(report()).encode(), kind=kind, **headers)
    if status in GOOD:
        assert answer.status_code == status
    else:
        assert fields(answer, status) == {}


def test_52_to_54_methods_and_hosts(client, send):
    assert send(**{"X-HTTP-Method-Override": "DELETE"}).status_code == 201
    assert fields(client.generic("TRACE", f"{API}issues"), 405) == {}
    assert fields(client.get(f"{API}issues", headers={"Host": "evil.example"}), 400) == {}


def test_57_to_60_keys(send):
    key = uuid.uuid4()
    assert fields(send(key=None), 400)
    assert fields(send(key="not a uuid"), 400)
    assert send(key=key).status_code == 201
    assert fields(send(report(text="Another."), key=key), 409)
    other = send(report(text="By another."), key=key, REMOTE_ADDR="10.9.9.9")
    assert fields(other, 409)
    assert "mine" not in other.json()


def test_12_degrees_are_kept_to_six_places(send):
    send(raw(lng="21.1951234567", lat="45.7421234567"))
    assert Issue.objects.get().point.coords == (21.195123, 45.742123)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "{{ 7*7 }}{% now %}"])
def test_64_to_67_markup_stays_text(client: Client, send, text):
    number = send(report(text=text, address=text)).json()["number"]
    assert client.get(f"{API}issues/{number}").json()["text"] == text
    page = client.get(f"/en/issues/{number}/").content.decode()
    assert text not in page or "<" not in text
    assert "49" not in page.partition("<main")[2].partition("</main")[0] or "{{" not in text


def test_71_directions_are_left_out(send):
    send(raw(text='"lamp\\u202egpj.exe\\u200b out\\r\\nnow"'))
    assert Issue.objects.get().description == "lampgpj.exe out\nnow"


@pytest.mark.parametrize("written, asked", [("Țiglina", "ţiglina"), ("Ţiglina", "țiglina"), ("Стуб", "стуб")])
def test_72_74_both_ways_of_writing_are_found(client, send, written, asked):
    send(report(text=written))
    assert client.get(f"{API}issues", {"q": asked}).json()["total"] == 1


@pytest.mark.parametrize("text", ["Sunați la 0740 123 456", "ana@example.org", "CNP 1800101221144", "TM 12 ABC"])
def test_75_to_77_what_is_personal_waits_for_a_person(client, send, text):
    number = send(report(text=text)).json()["number"]
    for address in (f"issues/{number}", "issues", "issues.csv", "layers/issues.geojson", f"incidents/{number}"):
        assert text not in whole(client.get(API + address)).decode()
    assert client.get(f"{API}issues/{number}").json()["text_waits"] is True


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", '=HYPERLINK("http://x";"y")', "＝1", 'a "b"\nc'])
def test_78_to_81_a_file_runs_nothing(client, send, text):
    send(report(text=text))
    data = whole(client.get(f"{API}issues.csv")).decode()
    (row,) = csv.DictReader(io.StringIO(data, newline=""))
    assert row["text"] == (text if text.startswith("a") else f"'{text}")


def test_42_however_deep_it_is_nested(send):
    for depth in range(700, 1_100, 7):
        assert fields(send(raw(answers="[" * depth + "]" * depth)), 400) is not None


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP"])
def test_110_a_told_address_is_not_believed(client, monkeypatch, header):
    monkeypatch.setattr(categories.Categories, "policy", Policy("requests", 1, 1, 60))
    got = [client.get(f"{API}categories", headers={header: f"10.0.0.{i}"}).status_code for i in range(2)]
    assert got == [200, 429]


DOOR = "/en/sign-in/"


def test_106_six_wrong_passwords(client):
    make_moderator()
    wrong = {"username": "moderator", "password": "wrong"}
    answers = [client.post(DOOR, wrong) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_107_one_sender_over_many_accounts(client):
    last = [client.post(DOOR, {"username": f"account {i}", "password": "wrong"}) for i in range(FREE["sender"] + 1)][-1]
    assert last.status_code == 429


def test_108_who_is_unknown_reads_the_same(client):
    """Nobody sets a password anew by mail; and the door says of an unknown name what it says of a known one."""
    make_moderator()
    known, unknown = (client.post(DOOR, {"username": name, "password": "no"}) for name in ("moderator", "moderatox"))
    assert known.content.replace(b"moderator", b"") == unknown.content.replace(b"moderatox", b"")
    assert client.get("/en/password-reset/").status_code == client.get("/accounts/password/reset/").status_code == 404


def test_109_a_code_used_twice(client):
    account = make_moderator()
    sign_in(client, account)
    code = RecoveryCodes.activate(account).get_unused_codes()[0]
    for status in (303, 422):
        other = Client()
        other.post(DOOR, {"username": "moderator", "password": PASSWORD})
        assert other.post(f"{DOOR}code/", {"code": code}).status_code == status


def test_111_addresses_of_one_network_count_as_one(client, monkeypatch):
    monkeypatch.setattr(categories.Categories, "policy", Policy("requests", 1, 1, 60))
    got = [client.get(f"{API}categories", REMOTE_ADDR=f"2001:db8::{i:x}").status_code for i in (1, 0xFFFF)]
    assert got == [200, 429]
    assert client.get(f"{API}categories", REMOTE_ADDR="2001:db8:0:1::1").status_code == 200


def test_112_eleven_reports_an_hour(send):
    answers = [send(report(text=f"Lamp {i}.")) for i in range(11)]
    assert [a.status_code for a in answers] == [201] * 10 + [429]
    assert math.isclose(int(answers[-1]["Retry-After"]), 600)
    assert answers[-1].json()["bits"] >= 1


def test_113_a_hundred_verdicts_by_one_person(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    issue = make_issue("roads", closed=instant(2026, 3, 9))
    at = f"/en/issues/{tracking_number(issue.pk)}/verdict/"
    data = jpeg()

    def dispute(i: int) -> int:
        photo = SimpleUploadedFile("x.jpg", data, "image/jpeg")
        return client.post(at, {"fixed": "no", "said": f"Still there {i}.", "photos": photo}).status_code

    got = [dispute(i) for i in range(100)]
    assert got[0] == 303
    assert {status for status in got[1:]} <= {409, 429}
    assert Verdict.objects.filter(issue=issue).count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1",
        "http://[::1]",
        "http://169.254.169.254",
        "http://2130706433",
        "http://0x7f.1",
        "http://localhost",
        "http://[::ffff:127.0.0.1]",
    ],
)
def test_114_to_118_a_webhook_to_within(address, settings, monkeypatch):
    settings.HOOKS_OVER_HTTP = True
    monkeypatch.setattr(outgoing, "PORTS", range(1, 65536))
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(0.2)
        with pytest.raises(AddressRefusedError):
            outgoing.post(f"{address}:{trap.getsockname()[1]}/", b"{}", {})
        with pytest.raises(TimeoutError):
            trap.accept()


@pytest.mark.parametrize("wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_127_nobody_is_led_elsewhere(client, wanted):
    make_moderator()
    answer = client.post(DOOR, {"username": "moderator", "password": PASSWORD, "next": wanted})
    assert answer["Location"].startswith("/en/")


@pytest.mark.parametrize("language", ["xx", "../", "%2e%2e", "ro%00"])
def test_128_a_language_that_is_not(client, language):
    answer = client.get(f"/{language}/issues/")
    assert answer.status_code in {302, 400, 404}
    assert answer.status_code != 302 or answer["Location"].startswith("/")


@pytest.mark.parametrize("value", ['"', "W/", "*x", '"a" "b"', "\\", "a" * 5_000, "٣"])
def test_129_an_etag_of_garbage(client, value):
    for name in ("If-None-Match", "If-Modified-Since"):
        assert client.get(f"{API}categories", headers={name: value}).status_code == 200


def test_129_an_etag_that_must_be(client):
    assert fields(client.get(f"{API}categories", headers={"If-Match": '"other"'}), 412) == {}


def test_130_a_range_of_many_parts(client):
    parts = ",".join(f"{i}-{i}" for i in range(5_000))
    assert fields(client.get(f"{API}issues.csv", headers={"Range": f"bytes={parts}"}), 416) == {}
    assert client.get(f"{API}categories", headers={"Range": "bytes=0-1"}).status_code == 200
