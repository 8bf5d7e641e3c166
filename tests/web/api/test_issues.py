"""Issues: what a row says, how the list is walked, and one by itself."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from issues.actions import change_status
from issues.models import Issue
from issues.moderating import hide, look_at_photo
from issues.naming import tracking_number
from issues.photos import add_photo
from issues.rules import State, TextState
from tests.factories import instant, make_issue, make_issues
from tests.made_pictures import jpeg
from tests.staff import make_moderator
from tests.web.api.conftest import API, fields

pytestmark = pytest.mark.usefixtures("city")


def test_a_row_says_what_where_and_when(read):
    issue = make_issue(
        "roads",
        place="fabric",
        at=instant(2026, 3, 5),
        closed=instant(2026, 3, 9),
        description='Groapă "adâncă"\n<b>',
        address="Strada Mureș 1",
    )
    number = tracking_number(issue.pk)
    (row,) = read("issues")["results"]
    assert row == {
        "number": number,
        "url": f"http://localhost:8000/ro/issues/{number}/",
        "incident": number,
        "category": "roads",
        "state": "resolved",
        "opened_on": "2026-03-05",
        "promised_on": str(issue.promised_on),
        "closed_on": "2026-03-09",
        "area": "fabric",
        "area_name": "Fabric",
        "address": "Strada Mureș 1",
        "title": "",
        "text": 'Groapă "adâncă"\n<b>',
        "text_waits": False,
        "precision": "point",
        "default_pin": False,
        "source": "ascult",
        "source_id": None,
        "lng": round(issue.point.x, 6),
        "lat": round(issue.point.y, 6),
    }


def test_geojson_has_the_same_members_and_the_place(read):
    make_issue()
    plain = read("issues")["results"][0]
    drawn = read("issues?format=geojson")
    (feature,) = drawn["features"]
    assert (drawn["type"], drawn["total"]) == ("FeatureCollection", 1)
    assert feature["geometry"] == {"type": "Point", "coordinates": [plain["lng"], plain["lat"]]}
    assert feature["properties"] == {k: v for k, v in plain.items() if k not in {"lng", "lat"}}
    assert feature["id"] == plain["number"]
    assert read("issues", Accept="application/geo+json") == drawn


def test_pages_hold_every_issue_once_the_newest_first(read):
    for i in range(7):
        make_issue(i=i, at=instant(2026, 3, 1 + i // 2))
    days, numbers, address = [], [], "issues?page_size=3&state=open"
    while address:
        page = read(address)
        assert (page["total"], page["page_size"]) == (7, 3)
        days += [row["opened_on"] for row in page["results"]]
        numbers += [row["number"] for row in page["results"]]
        address = page["next"] and page["next"].removeprefix(f"http://localhost:8000{API}")
    assert days == sorted(days, reverse=True)
    assert len(set(numbers)) == len(numbers) == 7


def test_what_comes_between_two_pages_moves_nothing(read):
    make_issues(4, at=instant(2026, 3, 1))
    first = read("issues?page_size=2")
    make_issue(i=9, at=instant(2026, 3, 2))
    second = read(first["next"].removeprefix(f"http://localhost:8000{API}"))
    assert not {r["number"] for r in first["results"]} & {r["number"] for r in second["results"]}
    assert second["next"] is None


def test_the_next_page_is_in_the_header_too(client):
    make_issues(2)
    answer = client.get(f"{API}issues?page_size=1")
    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"'
    assert "Link" not in client.get(f"{API}issues?page_size=2")


@pytest.mark.parametrize("size, rows", [("1000000", 500), ("500", 500), ("", None), ("0", None), ("-1", None)])
def test_a_page_has_its_most(client, size, rows):
    answer = client.get(f"{API}issues?page_size={size}")
    if rows is None:
        assert "page_size" in fields(answer, 400)
    else:
        assert answer.json()["page_size"] == rows


def test_a_cursor_that_was_changed_is_refused(client, read):
    make_issues(2)
    cursor = read("issues?page_size=1")["next"].partition("cursor=")[2]
    day, _tilde, rest = cursor.partition("~")
    for wrong in (cursor[:-1], f"2020-01-01~{rest}", day, "x", "~.", cursor.swapcase()):
        assert fields(client.get(f"{API}issues", {"cursor": wrong}), 400) == {"cursor": "not one of ours"}


def test_who_has_it_already_is_not_sent_it_again(client):
    make_issue()
    first = client.get(f"{API}issues")
    again = client.get(f"{API}issues", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    make_issue(i=1)
    assert client.get(f"{API}issues", headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert client.get(f"{API}issues", headers={"If-None-Match": 'garbage "'}).status_code == 200


def test_one_tells_its_course_and_public_answers(read):
    issue = make_issue(at=instant(2026, 3, 5), answers={"lamps": "one", "pole": "A-12"})
    change_status(by=None, issue=issue, to=State.REFUSED, reason="Not ours.", at=instant(2026, 3, 7))
    said = read(f"issues/{tracking_number(issue.pk)}")
    assert [(s["state"], s["on"], s["reason"]) for s in said["steps"]] == [
        ("received", "2026-03-05", ""),
        ("refused", "2026-03-07", "Not ours."),
    ]
    assert said["answers"] == {"lamps": "one", "pole": "A-12"}
    assert (said["sensitive"], said["opened_week"]) == (False, "2026-W10")


def test_a_number_is_read_as_people_write_it(read):
    number = tracking_number(make_issue().pk)
    assert read(f"issues/{number.lower().replace('-', '')}")["number"] == number


@pytest.mark.parametrize("state", [TextState.WITHHELD, TextState.PRIVATE, TextState.EDITED])
def test_words_that_are_not_public_are_nowhere(client, state):
    issue = make_issue(description="Ion Popescu", title="Ion", address="la Ion")
    Issue.objects.update(text_state=state, edited_text="Un vecin", words="")
    for address in ("issues", "issues?format=geojson", f"issues/{tracking_number(issue.pk)}"):
        text = client.get(API + address).content.decode()
        assert "Ion" not in text
        assert ("Un vecin" in text) is (state == TextState.EDITED)


def test_a_sensitive_subject_is_in_no_list_and_tells_little_by_itself(client, read):
    issue = make_issue("social", place="fabric", at=instant(2026, 3, 5), description="Ajutor", address="Strada X 1")
    found = read("issues")
    assert (found["total"], found["results"], found["sensitive_left_out"]) == (0, [], True)
    assert read("issues?category=social")["total"] == 0
    said = read(f"issues/{tracking_number(issue.pk)}")
    assert (said["text"], said["address"], said["opened_on"], said["promised_on"]) == ("", "", None, None)
    assert (said["opened_week"], said["area"], said["sensitive"]) == ("2026-W10", "fabric", True)
    assert [step["on"] for step in said["steps"]] == [None]
    assert (said["lng"], said["lat"]) == (round(issue.public_point.x, 6), round(issue.public_point.y, 6))
    assert (said["lng"], said["lat"]) != (round(issue.point.x, 6), round(issue.point.y, 6))


def test_what_is_hidden_is_gone_and_what_waits_is_not_there_yet(client, read):
    hidden, waiting = make_issue(), make_issue(i=1, waiting=True)
    hide(issue=hidden, by=make_moderator(), reason="An advertisement.")
    assert read("issues")["total"] == 0
    gone = client.get(f"{API}issues/{tracking_number(hidden.pk)}")
    assert fields(gone, 410) == {}
    assert "An advertisement." in gone.json()["detail"]
    assert fields(client.get(f"{API}issues/{tracking_number(waiting.pk)}"), 404) == {}


@pytest.mark.parametrize("number", ["AAAA-AAAA", "x", "%00", "..", "K7QF-2M9X-", "null"])
def test_a_number_of_nothing_is_not_found(client, number):
    assert fields(client.get(f"{API}issues/{number}"), 404) == {}


def test_days_are_the_city_s(read):
    make_issue(at=dt.datetime(2026, 3, 4, 22, 30, tzinfo=dt.UTC), closed=dt.datetime(2026, 3, 6, 23, 0, tzinfo=dt.UTC))
    (row,) = read("issues")["results"]
    assert (row["opened_on"], row["closed_on"]) == ("2026-03-05", "2026-03-07")


def test_photos_are_named_once_they_are_shown(client, read, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    issue = make_issue()
    photo = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    number = tracking_number(issue.pk)
    assert read(f"issues/{number}")["photos"] == []
    look_at_photo(photo=photo, by=make_moderator(), shown=True)
    (address,) = read(f"issues/{number}")["photos"]
    assert client.get(address.removeprefix("http://localhost:8000"))["Content-Type"] == "image/jpeg"
