"""The list: what stands in a row, how it is narrowed and walked, and what it never shows."""

import pytest

from geo import hexes
from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import TextState
from tests.factories import instant, make_boundaries, make_category, make_issue, make_issues
from web.pages import listing

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries()
    make_category()


@pytest.fixture
def issues(read, address):
    return lambda query="", **more: read(f"{address('issues')}?{query}", **more)


def test_a_row_says_what_where_when_and_leads_on(client, address, issues):
    issue = make_issue(
        "roads", place="fabric", at=instant(2026, 3, 5), description="Groapă <adâncă>", address="Strada Mureș 1"
    )
    number = tracking_number(issue.pk)
    text = issues()
    assert "Streets, pavements, bridges" in text
    assert f"Groapă <adâncă> Received Strada Mureș 1, Fabric 5 March 2026 {number}" in text
    assert f'href="{address("issue", number)}"' in client.get(address("issues")).content.decode()


def test_a_renewed_list_has_the_shortest_address_that_asks_the_same(client, address):
    def answer(**asked):
        return client.get(address("issues"), asked, headers={"HX-Request": "true"})

    said = answer(q="groapă", category="", area="fabric", state="", since="", until="", cell="", bbox="")
    assert said.headers["HX-Push-Url"] == f"{address('issues')}?q=groap%C4%83&area=fabric"
    assert answer(state="").headers["HX-Push-Url"] == address("issues")
    assert "HX-Push-Url" not in answer(state="nonsense").headers
    assert "HX-Push-Url" not in client.get(address("issues")).headers


def test_a_long_text_is_cut_short(issues):
    make_issue(description="bla " * 200)
    assert "bla bla…" in issues().replace(" …", "…")
    assert len(issues()) < 3_000


@pytest.mark.parametrize("state, said", [("withheld", "The text waits until a person has looked."), ("private", "")])
def test_a_text_that_is_not_public_is_not_there(issues, state, said):
    make_issue(description="Ion Popescu", title="Ion", address="la Ion")
    Issue.objects.update(text_state=state, words="")
    text = issues()
    assert "Ion" not in text
    assert ("waits until" in text) is bool(said)
    assert "Together: 1 issue" in text


def test_an_edited_text_is_the_one_shown(issues):
    make_issue(description="Ion Popescu")
    Issue.objects.update(text_state=TextState.EDITED, edited_text="Un vecin")
    assert "Un vecin" in issues()


def test_sensitive_subjects_are_left_out_and_it_is_said(issues):
    make_issues(2, "social", description="Ajutor")
    text = issues()
    assert "Together: 0 issues (without sensitive subjects, which only reports count)." in text
    assert "Nothing matches." in text
    assert "Ajutor" not in text


def test_words_must_all_occur_and_may_be_only_begun(issues):
    make_issue(description="Lampă roșie stinsă")
    make_issue(i=1, description="Lampă verde")
    assert "Together: 1 issue" in issues("q=ROS+lamp")
    assert "Together: 2 issues" in issues("q=l%C4%83mp")
    assert "Together: 0 issues" in issues("q=lampadar")


@pytest.mark.parametrize(
    "query, said",
    [
        ("q=%21%3F", "Write a word, or part of one."),
        (f"q={'x' * 101}", "At most 100 letters."),
        ("area=atlantis", "Choose one of the list."),
    ],
)
def test_what_cannot_be_asked_is_named_and_all_are_shown(issues, query, said):
    make_issue()
    text = issues(query)
    assert said in text
    assert "Not every choice can be used." in text
    assert "Together: 1 issue" in text


@pytest.mark.parametrize("place", ["cell=8a1f", "cell=851e1927fffffff", "bbox=1,2,3", "bbox=nan,1,2,3"])
def test_a_place_that_is_none_is_refused(issues, place):
    make_issue()
    assert "Not every choice can be used." in issues(place)


def test_pages_follow_one_another_to_the_end(client, address, issues, monkeypatch):
    monkeypatch.setattr(listing, "PAGE", 2)
    make_issues(3, "roads")
    first = client.get(f"{address('issues')}?category=roads").context
    assert first["older"].startswith(f"{address('issues')}?category=roads&after=2026-03-05~")
    second = client.get(first["older"]).context
    assert (len(first["rows"]), len(second["rows"]), second["older"]) == (2, 1, "")
    assert second["newest"] == f"{address('issues')}?category=roads"
    assert first["total"] == second["total"] == 3


@pytest.mark.parametrize("after", ["x", "2026-03-05", "2026-13-05~0000-0000", "2026-03-05~!", "~"])
def test_a_mark_that_is_none_begins_at_the_beginning(issues, after):
    make_issue()
    assert "Received" in issues(f"after={after}")


def test_a_place_is_named_and_can_be_left(client, address, issues):
    issue = make_issue(place="fabric")
    cell = hexes.to_text(hexes.parents([issue.cell], 9)[0])
    text = issues(f"cell={cell}&state=open")
    assert "Only here: one hexagon of the map (Fabric," in text
    context = client.get(f"{address('issues')}?cell={cell}&state=open").context
    assert context["everywhere"] == f"{address('issues')}?state=open"
    assert context["map"] == f"{address('home')}?state=open&cell={cell}"
    assert "Only here: outside every neighbourhood" in issues("area=-")
    assert "Only here: what the map showed" in issues("bbox=21.1,45.7,21.3,45.8")


@pytest.mark.parametrize(
    "query, feed",
    [
        ("", "/en/feeds/issues.atom"),
        ("q=lamp&state=open", "/en/feeds/issues.atom?q=lamp&state=open"),
        ("area=fabric", "/en/feeds/neighborhoods/fabric.atom"),
        ("area=fabric&state=open", ""),
        ("area=-", ""),
        ("bbox=21.1,45.7,21.3,45.8", ""),
    ],
)
def test_the_feed_is_that_of_the_question(client, address, query, feed):
    assert client.get(f"{address('issues')}?{query}").context["feed"] == feed


def test_htmx_gets_the_list_alone(client, address):
    answer = client.get(address("issues"), headers={"HX-Request": "true"})
    assert answer.content.decode().lstrip().startswith("<section")
    assert "HX-Request" in answer["Vary"]


def test_no_cookie_is_set_and_nothing_of_a_form_goes_elsewhere(client, address):
    answer = client.get(address("issues"))
    assert not answer.cookies
    assert "csrf" not in answer.content.decode()
