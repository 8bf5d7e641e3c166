"""What every page says of the analysis its numbers come from, and how it draws a rank."""

from __future__ import annotations

import dataclasses
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from analytics.found import exposure_used
from analytics.models import Run
from analytics.results import Period, RankedArea
from maps.vector import document, mark, path
from neighborhoods.models import Category
from web.reporting.admissions import denominator
from web.reporting.numbers import about, joined, percent, span, whole
from web.reporting.sentences import rank_figure
from web.reporting.standings import grade_name, score_figure

_WIDE, _HIGH = 60.0, 6.0


def run_facts(run: Run) -> dict[str, Any]:
    """Values for run.html: which analysis, over which days, and how to make it again."""
    return {
        "id": run.pk,
        "period": span(Period(run.since.isoformat(), run.until.isoformat())),
        "n": run.totals["incidents"],
        "digest": run.findings_digest,
        "seed": run.seed,
        "code": run.code_version,
        "synthetic": run.synthetic,
    }


def ranked_row(found: RankedArea, name: str) -> dict[str, Any]:
    """One unit of a ranking for a table, under the name of the place: its rank is never there without the interval."""
    return {
        "subject": found.subject,
        "rank": rank_figure(found),
        "bar": rank_bar(dataclasses.replace(found, name=name)),
        "counted": gettext("%(observed)s where %(expected)s were expected")
        % {"observed": whole(found.observed), "expected": about(found.expected)},
        "score": score_figure(found),
        "tier": found.tier or "–",
        "grade": grade_name(found.grade) if found.grade else "–",
    }


def rank_bar(found: RankedArea) -> SafeString:
    """The interval of a rank as a line on the whole range, the median as a dot; the first rank stands at the left."""
    middle, reach = _HIGH / 2, max(found.of - 1, 1)

    def at(rank: float) -> float:
        return 3 + (_WIDE - 6) * (rank - 1) / reach

    low, high = at(found.rank_low), at(found.rank_high)
    drawn = [
        mark("path", {"d": path([(3, middle), (_WIDE - 3, middle)], close=False), "stroke_width": 0.3}, stroke="edge"),
        mark(
            "path",
            {"d": path([(low, middle), (high, middle)], close=False), "stroke_width": 2.4, "stroke_linecap": "round"},
            stroke="class-3",
        ),
        mark("circle", {"cx": at(found.rank), "cy": middle, "r": 1.8}, fill="ink"),
    ]
    title = gettext("Likely rank of %(area)s: %(rank)s") % {"area": found.name, "rank": rank_figure(found)}
    said = gettext("The dot is the middle rank, the bar holds %(share)s of the likely ones.") % {
        "share": percent(found.interval)
    }
    # Made in this house: maps.vector escapes every word it is given.
    return mark_safe(document(_WIDE, _HIGH, title, said, get_language() or "", drawn))  # noqa: S308


def exposure_words(run: Run) -> list[dict[str, str]]:
    """What each subject was measured against: kind and subjects, the most used first."""
    names = {c.slug: c.name() for c in Category.objects.all()}
    kinds: dict[str, list[str]] = {}
    for category, kind in exposure_used(run).items():
        kinds.setdefault(kind, []).append(names.get(category, category))
    ordered = sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    return [{"kind": denominator(kind), "subjects": joined(found)} for kind, found in ordered]
