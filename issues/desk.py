"""What waits for a person to look, the oldest first.

Texts and photos of sensitive subjects are shown to nobody, so nobody need look at them; what was hidden is settled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from issues.models import Issue, Photo, Verdict
from issues.rules import PhotoState, TextState
from neighborhoods.rules import Held, Role

PUBLISH, TEXT, SAID, PHOTO = "publish", "text", "said", "photo"
WHYS = (PUBLISH, TEXT, SAID, PHOTO)

_OLDEST = """
WITH waits (issue_id, at, why) AS (
    SELECT id, recorded_at, 'publish' FROM issues_issue WHERE waiting
    UNION ALL
    SELECT i.id, i.recorded_at, 'text'
    FROM issues_issue i JOIN neighborhoods_category c ON c.id = i.category_id
    WHERE i.text_state = 'withheld' AND NOT c.sensitive AND (i.waiting OR NOT i.hidden)
    UNION ALL
    SELECT i.id, v.at, 'said'
    FROM issues_verdict v JOIN issues_issue i ON i.id = v.issue_id JOIN neighborhoods_category c ON c.id = i.category_id
    WHERE v.text_state = 'withheld' AND NOT c.sensitive AND (i.waiting OR NOT i.hidden)
    UNION ALL
    SELECT i.id, p.recorded_at, 'photo'
    FROM issues_photo p JOIN issues_issue i ON i.id = p.issue_id JOIN neighborhoods_category c ON c.id = i.category_id
    WHERE p.state = 'waiting' AND NOT c.sensitive AND (i.waiting OR NOT i.hidden)
)
SELECT issue_id, min(at), array_agg(DISTINCT why) FROM waits {among} GROUP BY issue_id
HAVING (min(at), issue_id) > (%s, %s) ORDER BY 2, 1 LIMIT %s
"""
# As whoever moderates the whole city holds it.
EVERYWHERE = (Held(Role.MODERATOR),)
FROM_THE_START = (dt.datetime(1, 1, 2, tzinfo=dt.UTC), 0)


@dataclass(frozen=True)
class Waiting:
    """One issue about which something waits: since when, and which of WHYS."""

    issue: Issue
    since: dt.datetime
    whys: Sequence[str]


@dataclass(frozen=True)
class Load:
    """How many wait for one reason, and since when the oldest."""

    n: int
    oldest: dt.datetime | None


def load(held: Sequence[Held] = EVERYWHERE) -> Mapping[str, Load]:
    """How much waits within what is held, by each of WHYS."""
    reached = Issue.objects.reached(held)
    of_reached = {} if _everywhere(held) else {"issue__in": reached}
    withheld = Q(text_state=TextState.WITHHELD)
    return {
        PUBLISH: _load(reached.filter(waiting=True), "recorded_at"),
        TEXT: _load(reached.filter(_seen(""), withheld), "recorded_at"),
        SAID: _load(Verdict.objects.filter(_seen("issue__"), withheld, **of_reached), "at"),
        PHOTO: _load(Photo.objects.filter(_seen("issue__"), state=PhotoState.WAITING, **of_reached), "recorded_at"),
    }


def oldest(
    limit: int, after: tuple[dt.datetime, int] = FROM_THE_START, held: Sequence[Held] = EVERYWHERE
) -> list[Waiting]:
    """What has waited longest within what is held, after the (time, key of an issue) at which the page before ended."""
    among, values = "", ()
    if not _everywhere(held):
        sql, values = Issue.objects.reached(held).values("pk").query.sql_with_params()
        among = f"WHERE issue_id IN ({sql})"
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST.format(among=among), [*values, *after, limit])
        rows = cursor.fetchall()
    issues = Issue.objects.select_related("category", "neighborhood").in_bulk([key for key, _, _ in rows])
    return [Waiting(issues[key], since, sorted(whys, key=WHYS.index)) for key, since, whys in rows]


def _everywhere(held: Sequence[Held]) -> bool:
    return any(not (one.department or one.category or one.area) for one in held)


def _seen(to_issue: str) -> Q:
    """Rows about issues that the public sees, or will once they are published."""
    seen = Q(**{f"{to_issue}waiting": True}) | Q(**{f"{to_issue}hidden": False})
    return seen & Q(**{f"{to_issue}category__sensitive": False})


def _load(rows: QuerySet, at: str) -> Load:
    told = rows.aggregate(n=Count("pk"), oldest=Min(at))
    return Load(told["n"], told["oldest"])
