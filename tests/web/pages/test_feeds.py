"""Feeds: valid Atom of what anybody may see, the same entry always by the same name, asked again for nothing."""

from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from issues.actions import change_status
from issues.models import Issue, StatusChange
from issues.naming import tracking_number
from issues.rules import State, TextState
from neighborhoods.models import User
from tests.factories import instant, make_boundaries, make_issue, make_issues, square

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
POINT = "{http://www.georss.org/georss}point"
HERE = {"lng": 21.19, "lat": 45.74}


@pytest.fixture(autouse=True)
def place(settings):
    settings.SITE_URL = "https://ascult.example"
    make_boundaries(["Fabric", "Iosefin"])


def feed(client, address, **more):
    answer = client.get(f"/en/feeds/{address}", **more)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def titles(root):
    return [e.findtext(f"{ATOM}title") for e in root.iter(f"{ATOM}entry")]


def numbers(root):
    return [e.findtext(f"{ATOM}id").rsplit("/", 1)[-1] for e in root.iter(f"{ATOM}entry")]


def named(*issues):
    return [tracking_number(i.pk) for i in issues]


def test_a_feed_has_all_that_atom_asks_for(client):
    make_issue(**HERE)
    root = feed(client, "issues.atom")
    assert root.tag == f"{ATOM}feed"
    for part in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{part}")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == "Ascult Timișoara"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == root.findtext(f"{ATOM}id") == "https://ascult.example/en/feeds/issues.atom"
    entry = root.find(f"{ATOM}entry")
    for part in ("id", "title", "updated", "published", "summary"):
        assert entry.findtext(f"{ATOM}{part}")
    assert entry.find(f"{ATOM}link").get("href").startswith("https://ascult.example/en/issues/")
    assert entry.findtext(POINT) == "45.740000 21.190000"


def test_entries_are_the_newest_first_and_not_more_than_fifty(client):
    make_issues(51, "roads", place="iosefin", at=instant(2026, 1, 1))
    newest = make_issue(**HERE)
    root = feed(client, "issues.atom")
    assert numbers(root)[0] == tracking_number(newest.pk)
    assert len(numbers(root)) == 50


def test_only_what_anybody_may_see(client):
    hidden = make_issue(**HERE)
    Issue.objects.filter(pk=hidden.pk).update(hidden=True)
    sensitive = make_issue("social", **HERE)
    shown = make_issue("roads", **HERE)
    for address in ("issues.atom", "neighborhoods/fabric.atom", "issues.atom?lng=21.19&lat=45.74&radius_m=500"):
        assert numbers(feed(client, address)) == named(shown)
    assert numbers(feed(client, "issues.atom?category=social")) == []
    for issue in (hidden, sensitive):
        assert client.get(f"/en/feeds/issues/{tracking_number(issue.pk)}.atom").status_code == 404


def test_words_are_the_public_ones_and_cannot_become_markup(client):
    issue = make_issue(description="<script>alert('x')</script> & \x0b\ufffe dark", **HERE)
    root = feed(client, "issues.atom")
    summary = root.find(f"{ATOM}entry/{ATOM}summary")
    assert summary.get("type") == "html"
    assert "&lt;script&gt;" in summary.text
    assert "dark" in summary.text
    Issue.objects.filter(pk=issue.pk).update(text_state=TextState.WITHHELD, address="By my door", title="Mine")
    text = client.get("/en/feeds/issues.atom").content.decode()
    assert not any(word in text for word in ("dark", "my door", "Mine"))


def test_an_entry_keeps_its_name_and_is_renewed_by_a_change(client):
    issue = make_issue(at=instant(2026, 3, 5), **HERE)
    before = feed(client, "issues.atom").find(f"{ATOM}entry")
    change_status(by=None, issue=issue, to=State.RESOLVED, at=instant(2026, 3, 9))
    after = feed(client, "issues.atom").find(f"{ATOM}entry")
    assert (
        before.findtext(f"{ATOM}id")
        == after.findtext(f"{ATOM}id")
        == f"tag:ascult.example,2026:issues/{named(issue)[0]}"
    )
    assert before.findtext(f"{ATOM}updated").startswith("2026-03-05")
    assert after.findtext(f"{ATOM}updated").startswith("2026-03-09")
    assert after.findtext(f"{ATOM}published") == before.findtext(f"{ATOM}published")
    assert "resolved" in after.findtext(f"{ATOM}summary")


def test_filters_are_those_of_the_list(client):
    lamp = make_issue("lighting", at=instant(2026, 3, 5), **HERE)
    closed = make_issue("lighting", place="iosefin", at=instant(2026, 4, 5), closed=instant(2026, 4, 9))
    road = make_issue("roads", at=instant(2026, 5, 5), **HERE)
    assert numbers(feed(client, "issues.atom?category=lighting")) == named(closed, lamp)
    assert numbers(feed(client, "issues.atom?state=open")) == named(road, lamp)
    assert numbers(feed(client, "issues.atom?since=2026-04&until=2026-04")) == named(closed)
    root = feed(client, "issues.atom?category=lighting&utm=x")
    assert root.findtext(f"{ATOM}id") == "https://ascult.example/en/feeds/issues.atom?category=lighting"


def test_words_filter_too_here_and_on_the_map(client):
    lamp = make_issue(description="A lamp is dark.", **HERE)
    make_issue("roads", description="A hole.", **HERE)
    for query in ("q=lamp", "q=lamp&lng=21.19&lat=45.74&radius_m=500"):
        assert numbers(feed(client, f"issues.atom?{query}")) == named(lamp)
    assert client.get("/en/feeds/issues.atom?q=!!").status_code == 400


def test_ground_gives_what_lies_within(client):
    near = make_issue(**HERE)
    make_issue("roads", lng=21.215, lat=45.74)
    assert numbers(feed(client, "issues.atom?lng=21.1905&lat=45.74&radius_m=100")) == named(near)
    drawn = ";".join(f"{lng},{lat}" for lng, lat in square(0).exterior.coords)
    assert numbers(feed(client, f"issues.atom?area={drawn}")) == named(near)


@pytest.mark.parametrize(
    "query",
    [
        "category=nothing",
        "state=%00",
        "since=2026-99",
        "lng=21.19",
        "lng=nan&lat=45.74&radius_m=300",
        "lng=a&lat=b&radius_m=c",
        "lng=21.19&lat=45.74&radius_m=99999",
        "lng=21.19&lat=45.74&radius_m=inf",
        "lng=45.74&lat=21.19&radius_m=300",
        "lng=2.3&lat=48.8&radius_m=300",
        "area=",
        "area=1,2;3",
        "area=21.18,45.73;21.19,45.74;21.19,45.73;21.18,45.74",
        "area=" + "21.19,45.74;" * 150,
        "area=21.18,45.73;21.19,45.74;21.19,45.73&lng=21.19",
    ],
)
def test_an_impossible_question_is_refused_in_words(client, query):
    make_issue(**HERE)
    answer = client.get(f"/en/feeds/issues.atom?{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"].startswith("text/plain")
    assert len(answer.content.split()) > 3


def test_a_neighborhood_keeps_its_issues_when_its_boundary_moves(client):
    before = make_issue(at=instant(2026, 3, 5), **HERE)
    make_boundaries(["Fabric", "Iosefin"], valid_from=instant(2026, 4, 1).date())
    after = make_issue("roads", at=instant(2026, 4, 5), **HERE)
    make_issue("roads", place="iosefin")
    root = feed(client, "neighborhoods/fabric.atom")
    assert numbers(root) == named(after, before)
    assert root.findtext(f"{ATOM}title") == "Ascult Timișoara: Issues in Fabric"
    assert client.get("/en/feeds/neighborhoods/nowhere.atom").status_code == 404


def test_the_course_of_one_issue(client):
    who = User.objects.create(username="ana", signs_as="Street lighting desk")
    issue = make_issue(at=instant(2026, 3, 5), **HERE)
    change_status(by=who, issue=issue, to=State.REFUSED, reason="Not <ours>.", at=instant(2026, 3, 9))
    number = tracking_number(issue.pk)
    root = feed(client, f"issues/{number.lower().replace('-', '')}.atom")
    assert titles(root) == [f"{number}: refused", f"{number}: received"]
    assert root.find(f"{ATOM}entry/{ATOM}summary").text == "Street lighting desk<br>Not &lt;ours&gt;."
    assert root.findtext(f"{ATOM}id") == f"https://ascult.example/en/feeds/issues/{number}.atom"
    assert len({e.findtext(f"{ATOM}id") for e in root.iter(f"{ATOM}entry")}) == 2
    assert client.get("/en/feeds/issues/NOSU-CHNO.atom").status_code == 404


def test_asked_again_with_nothing_new_it_answers_so(client):
    issue = make_issue(at=instant(2026, 3, 5), **HERE)
    first = client.get("/en/feeds/issues.atom")
    same = {"headers": {"If-None-Match": first["ETag"]}}
    assert client.get("/en/feeds/issues.atom", **same).status_code == 304
    assert client.get("/en/feeds/issues.atom", headers={"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    change_status(by=None, issue=issue, to=State.RESOLVED, at=instant(2026, 3, 9))
    assert client.get("/en/feeds/issues.atom", **same).status_code == 200


def test_an_empty_feed_is_the_same_all_day(client):
    first, second = client.get("/en/feeds/issues.atom"), client.get("/en/feeds/issues.atom")
    assert first.content == second.content
    assert titles(ElementTree.fromstring(first.content)) == []


def test_a_feed_costs_the_same_for_many(client):
    def cost(address):
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/en/feeds/{address}")
        return len(asked)

    one = make_issue(**HERE)
    addresses = ["issues.atom?lng=21.19&lat=45.74&radius_m=500", "neighborhoods/fabric.atom", "issues.atom"]
    few = [cost(address) for address in addresses]
    make_issues(30, "roads", place="fabric")
    change_status(by=None, issue=one, to=State.RESOLVED)
    assert [cost(address) for address in addresses] == few
    assert max(few) <= 8


def test_a_step_is_not_called_by_its_key(client):
    """Keys follow one another: a gap between two would tell that something hidden happened, and when."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('issues_statuschange', 'id'), 7654320)")
    number = tracking_number(make_issue(**HERE).pk)
    assert StatusChange.objects.get().pk == 7_654_321
    text = client.get(f"/en/feeds/issues/{number}.atom").content.decode()
    assert "7654321" not in text
    assert numbers(ElementTree.fromstring(text.encode())) == numbers(feed(client, f"issues/{number}.atom"))
