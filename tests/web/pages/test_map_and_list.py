"""One map and one list: for any issues and any question they add up to the same, at every distance and everywhere."""

from __future__ import annotations

import re
from unittest import mock
from urllib.parse import urlencode

from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from geo import hexes
from issues.models import Issue
from issues.naming import key_of
from issues.rules import OPEN
from issues.tallies import fold_tallies
from tests.factories import instant, make_boundaries, make_issue
from tests.web.pages.conftest import words
from web.pages import listing, pins

EVERYWHERE, PART = "21.08,45.65,21.36,45.84", "21.185,45.735,21.215,45.745"
PLACES = [(21.1905, 45.7405), (21.1906, 45.7405), (21.2105, 45.7355), (21.2013, 45.7442), (21.2990, 45.7010)]
MOVED = ["point", "public_point", "cell", "neighborhood_id", "place_state"]

ISSUE = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(["lighting", "roads", "social"]),
        "month": st.integers(1, 3),
        "closed": st.booleans(),
        "said": st.sampled_from(["Lampă stinsă", "lampa roșie", "Groapă", "sunați la 0722 123 456"]),
        "fate": st.sampled_from(["", "", "", "hidden", "deleted", "moved", "default pin", "private"]),
    }
)
QUESTION = st.fixed_dictionaries(
    {
        "q": st.sampled_from(["", "", "lamp", "lamp", "stinsa LAMP", "0722"]),
        "category": st.sampled_from(["", "", "lighting", "social"]),
        "state": st.sampled_from(["", "", "open", "closed", "received"]),
        "since": st.sampled_from(["", "", "2026-02"]),
        "until": st.sampled_from(["", "", "2026-02"]),
    }
)


class MapAndListAreOne(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        issues=st.lists(ISSUE, min_size=len(PLACES), max_size=2 * len(PLACES)),
        question=QUESTION,
        fold=st.booleans(),
        most=st.sampled_from([0, 2, 150]),
    )
    def test_they_add_up(self, issues, question, fold, most):
        make_boundaries(["Fabric", "Iosefin"])
        make_issue("roads", at=instant(2026, 1, 3))  # so that every month of the questions is on the form
        make_issue("roads", i=1, at=instant(2026, 3, 3))
        for i, one in enumerate(issues):
            raise_one(one, *PLACES[i % len(PLACES)])
            if fold and i == len(issues) // 2:
                fold_tallies()
        asked = {name: value for name, value in question.items() if value}
        wanted = [issue for issue in Issue.objects.select_related("category") if answers(issue, question)]
        with mock.patch.object(listing, "PAGE", 2), mock.patch.object(pins, "MOST", most):
            self._list_is(wanted, asked)
            self._home_is(wanted, asked)
            for res in hexes.ANALYSIS_RES:
                self._map_is(wanted, asked, res, EVERYWHERE)
                self._map_is(wanted, asked, res, PART)

    def _list_is(self, wanted, asked, **where):
        rows, said = walked(asked | where)
        newest = sorted(wanted, key=lambda issue: (issue.opened_on, issue.pk), reverse=True)
        assert rows == [issue.pk for issue in newest]
        assert said == len(wanted)

    def _home_is(self, wanted, asked):
        text = words(get("/en/", asked))
        inside, outside, total = re.search(
            r"In a neighbourhood: (\d+) issues?\. In none of them: (\d+)\. Together: (\d+) issue", text
        ).groups()
        assert int(inside) + int(outside) == int(total) == len(wanted)
        for slug in ("fabric", "iosefin"):
            here = [issue for issue in wanted if issue.neighborhood and issue.neighborhood.slug == slug]
            assert f"{slug.capitalize()} in the list: {len(here)} issue" in text
            self._list_is(here, asked, area=slug)
        self._list_is([issue for issue in wanted if not issue.neighborhood], asked, area="-")

    def _map_is(self, wanted, asked, res, box):
        answer = CLIENT.get("/en/live/cells.json", asked | {"res": res, "bbox": box}).json()
        shown = {f["properties"]["cell"]: f["properties"]["n"] for f in answer["features"] if not answer["pins"]}
        n = sum(f["properties"]["n"] for f in answer["features"])
        assert n + answer["elsewhere"] == answer["total"] == len(wanted)
        seen = set(hexes.within_box([float(v) for v in box.split(",")], res).tolist())
        here = [issue for issue in wanted if own_cell(issue, res) in seen]
        assert n == len(here)
        for cell in shown:
            inside = [issue for issue in here if hexes.to_text(own_cell(issue, res)) == cell]
            assert shown[cell] == len(inside)
            self._list_is(inside, asked, cell=cell)
        if res == hexes.STORE_RES:
            self._list_is(here, asked, bbox=box)
        if answer["pins"]:
            named = [row["number"] for f in answer["features"] for row in f["properties"]["issues"]]
            assert sorted(key_of(number) for number in named) == sorted(issue.pk for issue in here)


CLIENT = Client()


def raise_one(one, lng, lat):
    closed = instant(2026, one["month"], 9) if one["closed"] else None
    at = instant(2026, one["month"], 5)
    issue = make_issue(one["subject"], lng=lng, lat=lat, at=at, closed=closed, description=one["said"])
    rows = Issue.objects.filter(pk=issue.pk)
    if one["fate"] == "deleted":
        rows.delete()
    elif one["fate"] == "moved":
        other = Issue.objects.exclude(pk=issue.pk).first()
        rows.update(**{name: getattr(other, name) for name in MOVED})
    else:
        changes = {
            "hidden": {"hidden": True},
            "default pin": {"default_pin": True},
            "private": {"text_state": "private", "words": ""},
        }
        rows.update(**changes.get(one["fate"], {"channel": "web"}))


def answers(issue, question):
    """Whether an issue is an answer, as slowly and plainly as can be."""
    month = issue.opened_on.strftime("%Y-%m")
    states = {"": {issue.state}, "open": OPEN, "closed": {"resolved"}, "received": {"received"}}[question["state"]]
    return (
        not issue.hidden
        and not issue.category.sensitive
        and question["category"] in ("", issue.category.slug)
        and issue.state in states
        and (question["since"] or month) <= month <= (question["until"] or month)
        and all(f" {word}" in f" {issue.words}" for word in question["q"].lower().split())
    )


def own_cell(issue, res):
    return int(hexes.parents([issue.cell], res)[0])


def get(path, asked):
    answer = CLIENT.get(path, asked)
    assert answer.status_code == 200
    return answer.content.decode()


def walked(asked):
    """The keys of the list from its first page to its last, and the total it says."""
    found, address = [], f"/en/issues/?{urlencode(asked)}"
    while address:
        page = CLIENT.get(address).content.decode()
        found += [key_of(number) for number in re.findall(r'<h3><a href="/en/issues/([0-9A-Z]{4}-[0-9A-Z]{4})/"', page)]
        older = re.search(r'class="older"><a [^>]*href="([^"#]+)', page)
        address = older and older[1].replace("&amp;", "&")
    return found, int(re.search(r"Together: (\d+) issue", page)[1])
