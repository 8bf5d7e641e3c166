"""A person says what is one thing and what is two. Their word wins over every rule, and can be taken back.

Whoever is attached to an issue of an incident hears what becomes of it, so what is put together is answered together.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from issues.models import DeskStep, Issue, PlacedTogether
from issues.moderating import ActRefusedError
from issues.regrouping import beginning, form_anew, hold_still
from issues.rules import DeskAct
from issues.steps import check_not_undone, leave, words_of
from neighborhoods.models import User

# Any constant will do, as long as nothing else takes it.
ONE_AT_A_TIME = 7_340_032


@transaction.atomic
def merge(*, by: User, issue: Issue, into: Issue, reason: str) -> DeskStep:
    """Make an issue, with all that counts as one thing with it, part of the incident of another.

    Raises ActRefusedError: reason-missing, too-long, too-many-marks; done-already, where they are one; not-public,
    where one of them is hidden and so stands alone; sensitive, where only one of them is of a sensitive subject, whose
    answers are not for everybody.
    """
    said = words_of(reason, missing="reason-missing")
    rows = _held([issue, into])
    held, target = rows[issue.pk], rows[into.pk]
    if held.hidden or target.hidden:
        raise ActRefusedError("not-public", "what is hidden stands alone")
    if held.pk == target.pk or held.incident_id == target.incident_id is not None:
        raise ActRefusedError("done-already", "they are one thing")
    if held.category.sensitive != target.category.sensitive:
        raise ActRefusedError("sensitive", "only one of them is of a sensitive subject")
    begun = beginning(rows.values())
    founder = target.incident_id or target.pk
    going = [row for row in rows.values() if row.pk == held.pk or row.incident_id == held.incident_id is not None]
    ended, made = _place({row.pk: founder for row in going}, by)
    form_anew(rows.keys(), begun)
    return leave(held, DeskAct.MERGED, by, said, into=target.pk, ended=ended, made=made)


@transaction.atomic
def split(*, by: User, issue: Issue, reason: str) -> DeskStep:
    """Make an issue stand alone. Where the incident was named by it, the others stay together under their first.

    Raises ActRefusedError: reason-missing, too-long, too-many-marks; alone, where it stands alone already.
    """
    said = words_of(reason, missing="reason-missing")
    rows = _held([issue])
    held = rows[issue.pk]
    others = [row for row in rows.values() if row.pk != held.pk and row.incident_id == held.incident_id is not None]
    if held.hidden or not others:
        raise ActRefusedError("alone", "it stands alone")
    begun = beginning(rows.values())
    wanted: dict[int, int | None] = {held.pk: None}
    ended: list[int] = []
    if held.incident_id == held.pk:
        first = min(others, key=lambda row: (row.opened_at, row.source, row.external_id))
        following = PlacedTogether.objects.filter(founder=held.pk, ended_at=None).values_list("issue", flat=True)
        wanted |= dict.fromkeys([row.pk for row in others] + list(following), first.pk)
        del wanted[first.pk]
        ended = _end(PlacedTogether.objects.filter(issue=first.pk, founder__in=[held.pk, *(row.pk for row in others)]))
    more, made = _place(wanted, by)
    form_anew(rows.keys() | wanted.keys(), begun)
    return leave(held, DeskAct.SPLIT, by, said, ended=ended + more, made=made)


@transaction.atomic
def apart_again(*, by: User, step: DeskStep) -> DeskStep:
    """Undo a merge or a split: what held before holds again, and otherwise the rules.

    Raises ActRefusedError: done-already; changed-since, where a later act has placed one of these issues anew.
    """
    _one_at_a_time()
    made = PlacedTogether.objects.filter(pk__in=step.details.get("made", []))
    before = PlacedTogether.objects.filter(pk__in=step.details.get("ended", []))
    concerned = Issue.objects.filter(Q(pk=step.issue_id) | Q(placed_together__in=made) | Q(placed_together__in=before))
    rows = _held(list(concerned.distinct()))
    check_not_undone(step)
    if made.exclude(ended_at=None).exists() or _placed_since(before, made):
        raise ActRefusedError("changed-since", "one of them was placed anew since")
    begun = beginning(rows.values())
    _end(made)
    again = [PlacedTogether(issue_id=row.issue_id, founder_id=row.founder_id, by=by) for row in before]
    PlacedTogether.objects.bulk_create(again)
    form_anew(rows.keys(), begun)
    return leave(rows[step.issue_id], DeskAct.UNDONE, by, step=step.pk)


def _placed_since(before: QuerySet[PlacedTogether], made: QuerySet[PlacedTogether]) -> bool:
    """Whether an issue whose placing was ended has been given another one by a later act."""
    others = PlacedTogether.objects.filter(issue__in=[b.issue_id for b in before], ended_at=None)
    return others.exclude(pk__in=[m.pk for m in made]).exists()


def _held(issues: Collection[Issue]) -> dict[int, Issue]:
    """These issues with all of their incidents, by key: locked in one order for all, and nobody joins meanwhile."""
    _one_at_a_time()
    keys = [issue.pk for issue in issues]
    hold_still(list(_with_incidents(keys).select_for_update(of=("self",))))
    # Who joined between the two waits is the newest of all: whoever holds it waits for nobody here.
    return {row.pk: row for row in _with_incidents(keys)}


def _with_incidents(keys: Collection[int]) -> QuerySet[Issue]:
    incidents = Issue.objects.filter(pk__in=keys, incident__isnull=False).values_list("incident", flat=True)
    rows = Issue.objects.filter(Q(pk__in=keys) | Q(incident__in=set(incidents)))
    return rows.select_related("category").order_by("pk")


def _one_at_a_time() -> None:
    """Two who put together and apart take turns: else each could lock what the other is about to need."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])


def _place(wanted: dict[int, int | None], by: User) -> tuple[list[int], list[int]]:
    """Place issues (keys) with founders, or alone; gives the keys of the rows this ended and of those it made."""
    ended = _end(PlacedTogether.objects.filter(issue__in=wanted))
    rows = [PlacedTogether(issue_id=key, founder_id=founder, by=by) for key, founder in wanted.items()]
    return ended, [row.pk for row in PlacedTogether.objects.bulk_create(rows)]


def _end(rows: QuerySet[PlacedTogether]) -> list[int]:
    keys = sorted(rows.filter(ended_at=None).values_list("pk", flat=True))
    PlacedTogether.objects.filter(pk__in=keys).update(ended_at=timezone.now())
    return keys
