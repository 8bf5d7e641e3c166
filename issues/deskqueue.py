"""The queue of the desk: all that is open and within reach, what the law wants first at its head.

Hidden issues are in it as well: they are open until they are answered. Order and standing are asked of the tables
(issues.urgency); the few issues whose deadlines were moved are put in between by hand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from issues.counts import Filters
from issues.deadlines import Deadlines, Standing, Stands
from issues.models import Issue, SearchRow, Verdict
from issues.naming import key_of, tracking_number
from issues.queries import IssueQuerySet
from issues.repeats import LEAST, at_repeat_places, open_at_repeat_places, places
from issues.rules import OPEN
from issues.searching import words_of
from issues.terms import Turn, clock, due_by, turns, turns_of_open
from issues.urgency import Group, Place, behind, groups, place_of, rows_of_order, stands
from neighborhoods.rules import Held

ME, NOBODY = "me", "nobody"
MOST = 50


@dataclass(frozen=True)
class DeskAsked:
    """What is asked of the queue; what is empty is not asked. Slugs, but for `person`: ME, NOBODY or a key.

    `department` may be NOBODY too. `state` empty: all that is open. `standing`, `disputed` and `repeat` (at a repeat
    place) say something of open issues alone; of closed ones nothing fits them. `text`: a tracking number, or words.
    """

    standing: str = ""
    department: str = ""
    person: str = ""
    category: str = ""
    area: str = ""
    state: str = ""
    text: str = ""
    channel: str = ""
    disputed: bool = False
    repeat: bool = False


@dataclass(frozen=True)
class Row:
    """One issue, how it stands, and by when it is due; whether its closing was disputed, and its place repeats."""

    issue: Issue
    stands: Stands
    deadlines: Deadlines
    disputed: bool = False
    repeat: bool = False


@dataclass(frozen=True)
class Found:
    """Some rows of the queue, how many there are in all, and where the next ones begin (empty: nowhere)."""

    rows: Sequence[Row]
    n: int
    further: str


@dataclass(frozen=True)
class RepeatPlace:
    """An incident in the middle of a repeat place, and how many incidents of its subject lie about it."""

    issue: Issue
    incidents: int


def queue(
    asked: DeskAsked,
    held: Iterable[Held],
    after: str = "",
    most: int = MOST,
    *,
    by: int | None = None,
    now: dt.datetime | None = None,
) -> Found:
    """What is asked for within what is held, by legal deadline, then target, then opening; from `after` on.

    `after` is what an earlier answer named as further; `by` the key of whoever asks, for ME. Raises ValueError where
    nothing begins at `after`.
    """
    moment, among = now or timezone.now(), groups()
    closed = bool(asked.state) and asked.state not in OPEN
    moved: Mapping[int, Turn] = {} if closed else turns_of_open()
    begin = _place(after, moved=not closed) if after else None
    base = _asked(asked, held, by, moved, moment)
    standing = Standing(asked.standing) if asked.standing else None
    usual = base.exclude(pk__in=moved)
    if standing:
        usual = usual.filter(stands(standing, among, moment))
    special = _special(base.filter(pk__in=moved), moved, standing, moment)
    rows = [(place_of(row, due_by(row, Turn())), row) for row in _in_order(usual, asked, begin, among, most + 1)]
    rows += [(place, row) for place, row in special if begin is None or place > begin]
    rows = sorted(rows, key=lambda pair: pair[0])
    shown = [row for _place, row in rows[:most]]
    further = tracking_number(shown[-1].pk) if len(rows) > most else ""
    return Found(standings_of(shown, now=moment), usual.count() + len(special), further)


def standings_of(issues: Sequence[Issue], *, now: dt.datetime | None = None) -> list[Row]:
    """Issues as rows, in the order given; a few statements however many there are."""
    moment = now or timezone.now()
    keys = [issue.pk for issue in issues]
    moved = turns(keys)
    repeat = at_repeat_places(keys, _day(moment))
    return [_row(issue, moved.get(issue.pk, Turn()), issue.pk in repeat, moment) for issue in issues]


def standing_of(issue: Issue, *, now: dt.datetime | None = None) -> Row:
    """One issue as a row."""
    return standings_of([issue], now=now)[0]


def loads(held: Iterable[Held], *, now: dt.datetime | None = None) -> dict[Standing, int]:
    """How many open issues stand how, of what is held; together all that is open."""
    moment, among, moved = now or timezone.now(), groups(), turns_of_open()
    base = Issue.objects.reached(held).open()
    counts = {standing.name: Count("pk", filter=stands(standing, among, moment)) for standing in Standing}
    found = base.exclude(pk__in=moved).aggregate(**counts)
    told = {standing: int(found[standing.name]) for standing in Standing}
    for issue in _whole(base.filter(pk__in=moved)):
        told[_stands(issue, due_by(issue, moved[issue.pk]), moment).standing] += 1
    return told


def disputed(held: Iterable[Held], most: int = MOST) -> list[Verdict]:
    """What residents last said of closings they disputed, where the issue is open since: the newest first."""
    reached = Issue.objects.reached(held).open()
    rows = Verdict.objects.filter(fixed=False, issue__in=reached).order_by("issue", "-at", "-pk").distinct("issue")
    found = rows.select_related("issue__category", "issue__neighborhood", "issue__department")
    return sorted(found, key=lambda verdict: (verdict.at, verdict.pk), reverse=True)[:most]


def repeat_places(
    held: Iterable[Held], least: int = LEAST, most: int = MOST, *, now: dt.datetime | None = None
) -> list[RepeatPlace]:
    """Where one subject had at least so many incidents within its incident radius in 12 months; the worst first."""
    found = places(_day(now or timezone.now()), least)
    reached = Issue.objects.reached(held).filter(pk__in=[key for key, _n in found])
    there = set(reached.values_list("pk", flat=True))
    chosen = [(key, n) for key, n in found if key in there][:most]
    issues = _whole(Issue.objects.filter(pk__in=[key for key, _n in chosen])).in_bulk()
    return [RepeatPlace(issues[key], n) for key, n in chosen]


def _day(now: dt.datetime) -> dt.date:
    return now.astimezone(settings.CITY.zone).date()


# --- what is asked --------------------------------------------------------------------------------------------------


def _asked(
    asked: DeskAsked, held: Iterable[Held], by: int | None, moved: Mapping[int, Turn], now: dt.datetime
) -> IssueQuerySet:
    """All rows asked for but for their standing, in no order."""
    states = [asked.state] if asked.state else sorted(OPEN)
    base = Issue.objects.reached(held).filter(state__in=states)
    named = {
        "category__slug": asked.category,
        "neighborhood__slug": asked.area,
        "channel": asked.channel,
        "department__slug": asked.department if asked.department != NOBODY else "",
    }
    base = base.filter(**{column: value for column, value in named.items() if value})
    base = base.filter(_of_person(asked.person, by), _in_words(asked.text, states))
    if asked.department == NOBODY:
        base = base.filter(department=None)
    if asked.disputed:
        base = base.filter(pk__in=[key for key, turn in moved.items() if turn.disputed_at])
    if asked.repeat:
        base = base.filter(pk__in=open_at_repeat_places(_day(now)))
    return base.open() if asked.standing else base


def _of_person(person: str, by: int | None) -> Q:
    if not person:
        return Q()
    if person == NOBODY:
        return Q(assignee=None)
    key = by if person == ME else int(person) if person.isascii() and person.isdigit() else None
    return Q(assignee=key) if key is not None else Q(pk__in=[])


def _in_words(text: str, states: Sequence[str]) -> Q:
    """A number, or words: in what everybody may search, and as they stand in what nobody else reads.

    One list of keys and not one condition OR another: PostgreSQL joins with a list, and asks each row for the other.
    """
    if not text.strip():
        return Q()
    key = key_of(text.strip())
    found = Issue.objects.filter(pk=key) if key is not None else Issue.objects.none()
    if not words_of(text):
        return Q(pk__in=found.values("pk"))
    unsaid = Q(hidden=True) | Q(words="")
    for word in text.split():
        unsaid &= Q(title__icontains=word) | Q(description__icontains=word) | Q(address__icontains=word)
    public = SearchRow.objects.asked(Filters(text=text)).filter(state__in=states).values("pk")
    silent = Issue.objects.filter(unsaid, state__in=states).values("pk")
    return Q(pk__in=found.values("pk").union(public, silent, all=True))


def _place(after: str, *, moved: bool) -> Place:
    """Where an issue is in the queue, though it may be closed by now; `moved`: with what moved its deadlines."""
    key = key_of(after)
    issue = Issue.objects.select_related("category").filter(pk=key).first() if key is not None else None
    if issue is None:
        raise ValueError(f"no issue {after!r} to go on from")
    turn = turns([issue.pk]).get(issue.pk) if moved else None
    return place_of(issue, due_by(issue, turn or Turn()))


# --- rows -----------------------------------------------------------------------------------------------------------


def _whole(rows: IssueQuerySet) -> IssueQuerySet:
    return rows.select_related("category", "neighborhood", "department", "assignee")


def _in_order(
    rows: IssueQuerySet, asked: DeskAsked, begin: Place | None, among: Sequence[Group], most: int
) -> list[Issue]:
    """The first of some rows whose deadlines nobody moved: state by state, as the index has them."""
    states = [asked.state] if asked.state else sorted(OPEN)
    found: list[Issue] = []
    for state in states:
        for chosen, order in rows_of_order(among):
            found += _whole(rows.filter(behind(begin, chosen), state=state)).order_by(*order)[:most]
    return found


def _special(
    rows: IssueQuerySet, moved: Mapping[int, Turn], standing: Standing | None, now: dt.datetime
) -> list[tuple[Place, Issue]]:
    """Those whose deadlines were moved, each with its place."""
    found = []
    for issue in _whole(rows):
        deadlines = due_by(issue, moved[issue.pk])
        if standing is None or _stands(issue, deadlines, now).standing == standing:
            found.append((place_of(issue, deadlines), issue))
    return found


def _row(issue: Issue, turn: Turn, repeat: bool, now: dt.datetime) -> Row:
    deadlines = due_by(issue, turn)
    return Row(issue, _stands(issue, deadlines, now), deadlines, turn.disputed_at is not None, repeat)


def _stands(issue: Issue, deadlines: Deadlines, now: dt.datetime) -> Stands:
    return clock(issue.category.slug).standing(now, deadlines, issue.closed_at)
