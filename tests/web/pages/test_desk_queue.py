"""The queue: what is reached and nothing else, late things first and in words, filters and counts that add up."""

import datetime as dt
import uuid

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from issues.drafts import Draft, checked
from issues.models import Issue, SavedView
from issues.naming import tracking_number
from issues.submitting import submit
from neighborhoods.models import Contact, Department
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_category, make_issue
from tests.staff import make_moderator, make_officer, make_person, sign_in
from web.pages.desk import queue

pytestmark = pytest.mark.django_db
DESK = "/en/desk/"


@pytest.fixture(autouse=True)
def places():
    make_boundaries(["Fabric", "Iosefin"])
    make_category()


@pytest.fixture
def officer(client):
    sign_in(client, make_officer())
    return client


def ago(days):
    """Noon of a day before today, or now."""
    noon = dt.datetime.combine(timezone.localdate() - dt.timedelta(days=days), dt.time(12), settings.CITY.zone)
    return min(noon, timezone.now())


def number(issue):
    return tracking_number(issue.pk)


def numbers(client, **asked):
    answer = client.get(DESK, asked)
    assert answer.status_code == 200
    return [row["number"] for row in answer.context["rows"]]


def changed(issue, **values):
    Issue.objects.filter(pk=issue.pk).update(**values)
    return issue


def department(slug="roads"):
    return Department.objects.get_or_create(slug=slug, defaults={"names": {"en": slug.title()}})[0]


# --- order and words ------------------------------------------------------------------------------------------------


def test_nothing_lies_on_an_empty_desk(officer, read):
    assert "Nothing lies here." in read(DESK)


def test_what_is_due_first_stands_first_and_what_is_late_is_said_so(officer, read):
    fresh, late = make_issue(at=ago(1)), make_issue(i=5, at=ago(40))
    assert numbers(officer) == [number(late), number(fresh)]
    said = read(DESK)
    assert "past the legal deadline Legal deadline: 10 days late" in said
    assert "in time Legal deadline: 29 days left" in said


def test_closed_issues_are_asked_for_by_their_state(officer):
    closed = make_issue(at=ago(9), closed=ago(2))
    assert numbers(officer) == []
    assert numbers(officer, state="resolved") == [number(closed)]


def test_the_parts_by_deadline_add_up_to_all_that_is_open(officer):
    for i, days in enumerate((0, 1, 10, 29, 31, 45)):
        make_issue("roads", i=i * 3, at=ago(days))
    shown = officer.get(DESK).context["standings"]
    whole, *parts = [int(one["n"]) for one in shown]
    assert whole == 6 == sum(parts)
    for one in shown[1:]:
        assert len(numbers(officer, standing=one["slug"])) == int(one["n"])


def test_pages_follow_each_other_without_gap_or_repeat(officer, monkeypatch):
    monkeypatch.setattr(queue, "PAGE", 2)
    wanted = [number(make_issue(i=i * 3, at=ago(20 - i))) for i in range(5)]
    found, path = [], DESK
    while path:
        answer = officer.get(path)
        found += [row["number"] for row in answer.context["rows"]]
        path = answer.context["further"]
    assert found == wanted


@pytest.mark.parametrize("after", ["x", "ZZZZ-ZZZZ", "-1"])
def test_a_page_nobody_gave_is_not_there(officer, after):
    assert officer.get(DESK, {"after": after}).status_code == 404


# --- filters --------------------------------------------------------------------------------------------------------


def test_mine_nobodys_and_somebodys(officer):
    me, other = make_officer(), make_person("other", Role.OFFICER)
    mine = changed(make_issue(), assignee=me)
    theirs = changed(make_issue(i=4), assignee=other)
    free = make_issue(i=8)
    assert numbers(officer, person="me") == [number(mine)]
    assert numbers(officer, person="nobody") == [number(free)]
    assert numbers(officer, person=str(other.pk)) == [number(theirs)]


def test_subject_neighbourhood_channel_department_and_words(officer):
    wanted = changed(
        make_issue("roads", place="iosefin", description="A deep hole."), channel="phone", department=department()
    )
    make_issue("lighting", place="fabric", at=ago(1))
    for asked in (
        {"category": "roads"}, {"area": "iosefin"}, {"channel": "phone"}, {"department": "roads"}, {"q": "hole"},
    ):  # fmt: skip
        assert numbers(officer, **asked) == [number(wanted)], asked


def test_a_choice_that_cannot_be_is_named_and_everything_shown(officer, read):
    make_issue()
    answer = officer.get(DESK, {"category": "no-such"})
    assert len(answer.context["rows"]) == 1
    assert "Not every choice can be used." in answer.content.decode()


# --- whose eyes -----------------------------------------------------------------------------------------------------


def test_an_officer_of_roads_sees_nothing_of_parks(client):
    roads, parks = department("roads"), department("parks")
    hole = changed(make_issue("roads", description="A hole in the road."), department=roads)
    tree = changed(make_issue("lighting", i=6, description="A fallen tree."), department=parks)
    sign_in(client, make_person("roads", Role.OFFICER, department=roads))
    answer = client.get(DESK)
    assert [row["number"] for row in answer.context["rows"]] == [number(hole)]
    assert answer.context["standings"][0]["n"] == "1"
    for path in (DESK, f"{DESK}?q=tree", f"{DESK}map.json"):
        told = client.get(path).content.decode()
        assert number(tree) not in told
        assert "fallen tree" not in told
    assert client.get(f"/en/moderation/{number(tree)}/").status_code == 403
    assert client.get(f"{DESK}day-sheet/", {"issue": number(tree)}).status_code == 404


def test_the_true_place_of_a_sensitive_issue_is_for_who_answers(client):
    issue = make_issue("social", lng=21.19123, lat=45.74123, address="Strada Lungă 7", at=ago(1))
    sign_in(client, make_moderator())
    told = client.get(f"{DESK}map.json").json()
    assert told["features"][0]["geometry"]["coordinates"] == [
        round(issue.public_point.x, 5), round(issue.public_point.y, 5),
    ]  # fmt: skip
    assert "Strada Lungă" not in client.get(DESK).content.decode()
    sign_in(client, make_officer())
    assert client.get(f"{DESK}map.json").json()["features"][0]["geometry"]["coordinates"] == [21.19123, 45.74123]
    assert "Strada Lungă 7" in client.get(DESK).content.decode()


def test_nobody_at_the_desk_reads_an_address_of_a_person(officer):
    draft = Draft(category="roads", text="A hole.", lng=21.19, lat=45.74, email="ana@example.org", language="en")
    issue = submit(key=uuid.uuid4(), draft=checked(draft, settings.CITY)).issue
    assert Contact.objects.count() == 1
    for path in (
        DESK,
        f"{DESK}map.json",
        f"/en/moderation/{number(issue)}/",
        f"{DESK}day-sheet/?issue={number(issue)}",
    ):
        assert "ana@example.org" not in officer.get(path).content.decode(), path


# --- the map --------------------------------------------------------------------------------------------------------


def test_the_map_shows_what_the_list_counts(officer):
    for i in range(3):
        make_issue(i=i * 4, at=ago(i))
    make_issue(lng=21.19, lat=45.74, at=ago(2)), make_issue("roads", lng=21.19, lat=45.74, at=ago(3))
    told = officer.get(f"{DESK}map.json").json()
    assert told["total"] == 5 == sum(feature["properties"]["n"] for feature in told["features"])
    assert told["said"] == "On this map: 5 issues."
    assert officer.get(f"{DESK}map.json", {"category": "roads"}).json()["total"] == 1


def test_the_map_says_how_many_it_leaves_out(officer, monkeypatch):
    monkeypatch.setattr(queue, "MOST_PINS", 2)
    for i in range(5):
        make_issue(i=i * 4, at=ago(i))
    assert officer.get(f"{DESK}map.json").json()["said"] == "On this map: 2 issues. 3 are not on it."


# --- saved views ----------------------------------------------------------------------------------------------------


def test_a_view_is_kept_used_and_forgotten(officer, read):
    answer = officer.post(f"{DESK}views/", {"act": "keep", "name": "My roads", "query": "category=roads&person=me"})
    assert answer.status_code == 303
    view = SavedView.objects.get()
    assert (view.name, view.query) == ("My roads", "person=me&category=roads")
    assert "My roads" in read(DESK)
    officer.post(f"{DESK}views/", {"act": "drop", "view": view.pk})
    assert not SavedView.objects.exists()


def test_nobody_sees_or_forgets_anothers_view(officer, client):
    view = SavedView.objects.create(user=make_person("other"), name="Theirs", query="person=me")
    assert "Theirs" not in officer.get(DESK).content.decode()
    officer.post(f"{DESK}views/", {"act": "drop", "view": view.pk})
    assert SavedView.objects.filter(pk=view.pk).exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_without_a_fair_name_is_not_kept(officer, name):
    answer = officer.post(f"{DESK}views/", {"act": "keep", "name": name, "query": "person=me"})
    assert "told=view-refused" in answer["Location"]
    assert not SavedView.objects.exists()


def test_forms_need_their_token():
    client = Client(enforce_csrf_checks=True)
    sign_in(client, make_officer())
    for path in ("views/", "bulk/", "enter/"):
        assert client.post(DESK + path, {"act": "keep", "name": "x"}).status_code == 403


def test_what_waits_in_another_neighbourhood_is_not_a_bounded_moderators(client):
    mine = make_issue("roads", place="fabric", waiting=True, description="Mine to look at.")
    theirs = make_issue("roads", place="iosefin", waiting=True, description="Somebody else's.")
    sign_in(client, make_person("of fabric", Role.MODERATOR, area="fabric"))
    answer = client.get("/en/moderation/")
    assert [row["number"] for row in answer.context["rows"]] == [number(mine)]
    assert [load["n"] for load in answer.context["loads"]] == [1, 0, 0, 0]
    assert number(theirs) not in answer.content.decode()
    assert number(theirs) not in client.get(f"/en/moderation/{number(mine)}/").content.decode()
