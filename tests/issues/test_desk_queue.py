"""The queue shows all that is reached, in the order of its deadlines, page by page, and counts the same."""

import datetime as dt
import random
from dataclasses import replace

import pytest
from django.conf import settings as site

from issues.actions import change_status
from issues.deadlines import Standing
from issues.deskqueue import (
    ME,
    NOBODY,
    DeskAsked,
    disputed,
    loads,
    queue,
    repeat_places,
    standing_of,
    standings_of,
)
from issues.handling import assign, extend
from issues.models import Issue
from issues.moderating import hide
from issues.naming import tracking_number
from issues.rules import OPEN, State
from issues.together import merge
from issues.verdicts import give_verdict
from neighborhoods.actions import sync_departments
from neighborhoods.models import Category, Department
from neighborhoods.rules import Held, Role
from tests.factories import instant, make_boundaries, make_issue
from tests.staff import make_officer

pytestmark = pytest.mark.django_db

ALL = (Held(Role.OFFICER),)
NOW = instant(2026, 3, 31)
EVERYTHING = DeskAsked()


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric", "Iosefin"])
    sync_departments(site.CITY)


@pytest.fixture
def ana():
    return make_officer("ana")


def numbers(found):
    return [row.issue.pk for row in found.rows]


def asked(held=ALL, **what):
    found = queue(DeskAsked(**what), held, "", 100, now=NOW)
    assert found.n == len(found.rows)
    return set(numbers(found))


def dispute(issue, day):
    change_status(by=None, issue=issue, to=State.RESOLVED, at=instant(2026, 3, day), whole_incident=False)
    give_verdict(issue=issue, fixed=False, said="Still dark.", by_reporter=True, at=instant(2026, 3, day, 18))


# --- order ----------------------------------------------------------------------------------------------------------


def test_the_law_comes_first_then_the_target_then_the_hour():
    late = make_issue("water", place="fabric", at=instant(2026, 3, 6, 8))
    slow = make_issue("roads", place="fabric", at=instant(2026, 3, 5, 8))
    second = make_issue("lighting", place="fabric", i=3, at=instant(2026, 3, 5, 11))
    first = make_issue("lighting", place="fabric", i=9, at=instant(2026, 3, 5, 9))
    assert numbers(queue(EVERYTHING, ALL, now=NOW)) == [first.pk, second.pk, slow.pk, late.pk]


def test_an_extended_one_steps_back_by_its_days(ana):
    first, second, third = (make_issue("roads", place="fabric", i=i, at=instant(2026, 3, 2 + 10 * i)) for i in range(3))
    extend(by=ana, issue=first, reason="A part is awaited.", at=instant(2026, 3, 3))
    assert numbers(queue(EVERYTHING, ALL, now=NOW)) == [second.pk, first.pk, third.pk]
    row = standing_of(first, now=NOW)
    assert row.deadlines.legal_on == dt.date(2026, 3, 2) + dt.timedelta(days=45)
    assert row.stands.legal_left == (row.deadlines.legal_on - NOW.date()).days


def test_a_dispute_leaves_the_law_s_term_and_sets_the_target_anew():
    a, b = (make_issue("lighting", place="fabric", i=i, at=instant(2026, 3, 2, 8 + i)) for i in (0, 5))
    before = standing_of(a, now=NOW).deadlines
    dispute(a, 20)
    row = standing_of(a, now=NOW)
    assert row.disputed
    assert row.deadlines.legal_on == before.legal_on
    assert row.deadlines.target_on > before.target_on
    assert numbers(queue(EVERYTHING, ALL, now=NOW)) == [b.pk, a.pk]


def make_some(ana, n=40, seed=3):
    """Issues of many days and subjects: some extended, disputed, closed, hidden."""
    chance = random.Random(seed)
    slugs = [c.slug for c in site.CITY.categories]
    made = []
    for i in range(n):
        at = instant(2026, chance.choice([1, 2, 3]), chance.choice([1, 6, 7, 8, 12, 27]), chance.randrange(24))
        made.append(make_issue(chance.choice(slugs), place=chance.choice(["fabric", "iosefin"]), i=i, at=at))
    for issue in chance.sample(made, 6):
        extend(by=ana, issue=issue, reason="Awaited.", at=issue.opened_at)
    for issue in chance.sample(made, 6):
        change_status(by=ana, issue=issue, to=State.RESOLVED, at=instant(2026, 3, 28), whole_incident=False)
    for issue in Issue.objects.open().order_by("?")[:6]:
        change_status(by=ana, issue=issue, to=State.RESOLVED, at=instant(2026, 3, 28), whole_incident=False)
        give_verdict(issue=issue, fixed=False, said="No.", by_reporter=True, at=instant(2026, 3, 29))
    for issue in Issue.objects.public().open()[:2]:
        hide(by=ana, issue=issue, reason="Not here.")
    return made


def by_hand(issues):
    """The same, issue by issue, by the clock alone."""
    rows = standings_of(list(issues.select_related("category")), now=NOW)
    far = dt.date.max
    return sorted(
        rows, key=lambda r: (r.deadlines.legal_on or far, r.deadlines.target_on, r.issue.opened_at, r.issue.pk)
    )


@pytest.mark.parametrize("law", [30, None])
@pytest.mark.parametrize("most", [7, 100])
def test_page_by_page_it_is_what_the_clock_says_of_each(settings, ana, law, most):
    made = make_some(ana)
    if law is None:
        settings.CITY = replace(site.CITY, terms=replace(site.CITY.terms, legal_days=None))
    Category.objects.create(**_gone())
    Issue.objects.filter(pk=made[0].pk).update(category=Category.objects.get(slug="gone"), state=State.RECEIVED)
    wanted = by_hand(Issue.objects.open())
    rows, after = [], ""
    while True:
        found = queue(EVERYTHING, ALL, after, most, now=NOW)
        assert found.n == len(wanted)
        rows += found.rows
        after = found.further
        if not after:
            break
    assert rows == wanted
    counts = loads(ALL, now=NOW)
    assert sum(counts.values()) == len(wanted)
    for standing in Standing:
        part = [row for row in wanted if row.stands.standing == standing]
        assert queue(DeskAsked(standing=standing), ALL, "", 100, now=NOW).rows == part
        assert counts[standing] == len(part)
    assert law is None or all(counts.values())


def _gone():
    """A subject that the city's file does not name any more."""
    of = {"names": {"en": "Gone"}, "position": 99, "exposure": "area", "incident_radius_m": 30, "incident_days": 30}
    return {"slug": "gone", **of, "eps_m": 100, "min_points": 5, "severity": 2, "life_days": 30}


def test_what_was_closed_is_asked_for_by_its_state(ana):
    made = make_some(ana)
    closed = Issue.objects.exclude(state__in=OPEN)
    assert asked(state="resolved") == set(closed.values_list("pk", flat=True))
    assert asked(state="refused") == set()
    assert asked(state="resolved", standing="late-legal") == set()
    pages = [queue(DeskAsked(state="resolved"), ALL, "", 3, now=NOW)]
    pages.append(queue(DeskAsked(state="resolved"), ALL, pages[0].further, 100, now=NOW))
    assert len(numbers(pages[0]) + numbers(pages[1])) == pages[0].n < len(made)


def test_the_page_goes_on_where_it_was_though_the_last_one_is_closed_by_now():
    made = [make_issue("roads", place="fabric", i=i, at=instant(2026, 3, 2 + i)) for i in range(4)]
    first = queue(EVERYTHING, ALL, "", 2, now=NOW)
    change_status(by=None, issue=made[1], to=State.RESOLVED)
    assert numbers(queue(EVERYTHING, ALL, first.further, 2, now=NOW)) == [made[2].pk, made[3].pk]


@pytest.mark.parametrize("after", ["x", "7", "K7QF-2M9X"])
def test_nothing_begins_at_what_is_no_issue(after):
    with pytest.raises(ValueError, match="no issue"):
        queue(EVERYTHING, ALL, after, now=NOW)


# --- reach ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "held, seen",
    [
        ((), []),
        ((Held(Role.OFFICER, department="roads"),), [0]),
        ((Held(Role.OFFICER, category="water"),), [1, 3]),
        ((Held(Role.MANAGER, area="iosefin"),), [2, 3]),
        ((Held(Role.OFFICER, department="water", area="iosefin"),), [3]),
        ((Held(Role.OFFICER, department="roads"), Held(Role.MANAGER, area="iosefin")), [0, 2, 3]),
        (ALL, [0, 1, 2, 3]),
    ],
)
def test_nobody_sees_counts_or_pages_past_their_reach(held, seen):
    kinds = [("roads", "fabric"), ("water", "fabric"), ("lighting", "iosefin"), ("water", "iosefin")]
    made = [make_issue(category, place=place, at=instant(2026, 3, 2 + i)) for i, (category, place) in enumerate(kinds)]
    for issue in made:
        dispute(issue, 20)
    keys = {made[i].pk for i in seen}
    assert asked(held) == keys
    assert sum(loads(held, now=NOW).values()) == len(keys)
    assert {verdict.issue_id for verdict in disputed(held)} == keys


# --- filters --------------------------------------------------------------------------------------------------------


def test_every_filter_takes_what_it_names(ana):
    ion = make_officer("ion")
    a = make_issue("roads", place="fabric", channel="phone", description="O groapă adâncă.")
    b = make_issue("water", place="iosefin", description="Apă pe stradă.")
    c = make_issue("noise", place="iosefin", description="Muzică până la trei noaptea.")
    assign(by=ana, issue=a, department=Department.objects.get(slug="water"), person=ana)
    assign(by=ana, issue=c, department=None, person=None)
    for what, found in [
        ({"department": "water"}, {a, b}),
        ({"department": NOBODY}, {c}),
        ({"person": str(ana.pk)}, {a}),
        ({"person": str(ion.pk)}, set()),
        ({"person": NOBODY}, {b, c}),
        ({"person": "x"}, set()),
        ({"category": "water"}, {b}),
        ({"area": "iosefin"}, {b, c}),
        ({"channel": "phone"}, {a}),
        ({"state": "received"}, {a, b, c}),
        ({"state": "in_progress"}, set()),
        ({"text": "groapa adanca"}, {a}),
        ({"text": "muzică"}, {c}),  # what nobody else may read is found by staff
        ({"text": "groapa muzica"}, set()),
        ({"text": tracking_number(b.pk).lower()}, {b}),
        ({"text": "!"}, set()),
        ({"area": "iosefin", "category": "water"}, {b}),
    ]:
        assert asked(**what) == {issue.pk for issue in found}, what
    assert numbers(queue(DeskAsked(person=ME), ALL, by=ana.pk, now=NOW)) == [a.pk]
    assert numbers(queue(DeskAsked(person=ME), ALL, now=NOW)) == []


def test_disputed_closings_are_in_view_until_they_are_answered():
    a, b = (make_issue("lighting", place="fabric", i=i, at=instant(2026, 3, 2)) for i in (0, 9))
    dispute(a, 10)
    assert asked(disputed=True) == {a.pk}
    assert [verdict.issue for verdict in disputed(ALL)] == [a]
    change_status(by=None, issue=a, to=State.RESOLVED)
    assert asked(disputed=True) == set()
    assert disputed(ALL) == []
    assert standing_of(b, now=NOW).disputed is False


# --- repeat places --------------------------------------------------------------------------------------------------

METRE = 1 / 77_700  # of longitude there, in degrees, about


def pothole(month, metres=0.0, year=2025, **more):
    """Potholes of different months are different incidents; their radius is 30 m."""
    at = instant(year, month, 2)
    lng = 21.19 + metres * METRE
    return make_issue("roads", lng=lng, lat=45.74, at=at, closed=at + dt.timedelta(days=2), **more)


def test_three_incidents_within_the_radius_in_a_year_make_a_place():
    old, near, far = pothole(7), pothole(9, 25), pothole(11, 35)
    now = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 2, 2))
    (place,) = repeat_places(ALL, now=NOW)
    assert (place.issue.pk, place.incidents) in {(old.pk, 3), (now.pk, 3), (near.pk, 4)}
    assert asked(repeat=True) == {now.pk}
    assert standing_of(now, now=NOW).repeat
    assert not standing_of(far, now=NOW).repeat  # only one other lies within 30 m of it


@pytest.mark.parametrize(
    "third", [{"month": 3, "year": 2025}, {"month": 9, "metres": 60}, {"month": 9, "waiting": True}]
)
def test_not_those_of_longer_ago_farther_off_or_hidden(third):
    pothole(7)
    pothole(**third)
    now = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 2, 2))
    assert repeat_places(ALL, now=NOW) == []
    assert asked(repeat=True) == set()
    assert not standing_of(now, now=NOW).repeat


def test_pins_of_one_incident_are_once_and_so_is_what_was_merged(ana):
    a, b = pothole(7), pothole(9)
    for day in (2, 3, 4):
        now = make_issue("roads", lng=21.19, lat=45.74, at=instant(2026, 2, day))
    assert [place.incidents for place in repeat_places(ALL, now=NOW)] == [3]
    merge(by=ana, issue=b, into=a, reason="The same repair, twice.")
    assert repeat_places(ALL, now=NOW) == []
    assert not standing_of(now, now=NOW).repeat


def test_places_are_shown_as_far_as_roles_reach():
    for month in (7, 9, 11):
        pothole(month)
    assert len(repeat_places((Held(Role.MANAGER, area="fabric"),), now=NOW)) == 1
    assert repeat_places((Held(Role.MANAGER, area="iosefin"),), now=NOW) == []
    assert repeat_places(ALL, least=4, now=NOW) == []


def test_a_page_costs_the_same_for_many(ana, django_assert_max_num_queries):
    make_some(ana)
    with django_assert_max_num_queries(12):
        queue(EVERYTHING, ALL, "", 50, now=NOW)
