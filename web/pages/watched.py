"""What the problem areas' page says of the last weeks: alarms, and whether a map like this foretold them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from analytics.methods.backtest import BEATS, LOSES
from analytics.ranked import Alarm, AlarmsWatched, Foretold, MapCheck
from analytics.stages.alarms import NOTHING_BEFORE, TOO_SHORT
from analytics.stages.check import ENOUGH, NO_GROUND
from neighborhoods.models import BoundarySet
from web.pages.places import point_names
from web.reporting.numbers import about, day, decimal, joined, percent, whole
from web.reporting.sentences import problems, times
from web.reporting.standings import from_to


def alarm_rows(alarms: Sequence[Alarm], names: Mapping[str, str], chosen: BoundarySet) -> list[dict[str, str]]:
    """One row per circle: where, of what, how many more than usual, and the chance of it."""
    places = point_names([a.centre for a in alarms], chosen)
    return [
        {
            "subject": names.get(a.category, a.category),
            "place": place,
            "radius": _reach(a),
            "observed": whole(a.observed),
            "expected": about(a.expected),
            "ratio": times(a.ratio) if a.ratio is not None else "–",
            "p": f"p = {decimal(a.p, 3)}",
        }
        for a, place in zip(alarms, places, strict=True)
    ]


def alarms_said(watched: AlarmsWatched, until: dt.date) -> str:
    """Which weeks were watched and for how many subjects, or why none was; `until` is the day after the period."""
    answers = list(watched.answers.values())
    if not watched.scanned and TOO_SHORT in answers:
        return gettext("There are too few weeks of data to know what is usual, so nothing can be watched for alarms.")
    if not watched.scanned:
        return gettext("Nothing was reported before the newest weeks, so there is nothing to hold them against.")
    values = {"weeks": _weeks(watched.weeks), "day": day((until - dt.timedelta(days=1)).isoformat())}
    if watched.alarms:
        said = gettext("In the newest %(weeks)s, up to %(day)s, there was more here than these places usually have.")
    else:
        said = ngettext(
            "No alarm in %(n)s subject: nothing in the newest %(weeks)s, up to %(day)s, stood out beyond chance.",
            "No alarm among %(n)s subjects: nothing in the newest %(weeks)s, up to %(day)s, stood out beyond chance.",
            watched.scanned,
        )
    return f"{said % {**values, 'n': whole(watched.scanned)}}{_unwatched(answers.count(NOTHING_BEFORE))}"


def _unwatched(n: int) -> str:
    if not n:
        return ""
    said = ngettext(
        "%(n)s subject could not be watched: it was never reported before.",
        "%(n)s subjects could not be watched: they were never reported before.",
        n,
    )
    return f" {said % {'n': whole(n)}}"


def _weeks(n: int) -> str:
    return ngettext("%(n)s week", "%(n)s weeks", n) % {"n": whole(n)}


def _reach(alarm: Alarm) -> str:
    cells = len(alarm.cells)
    return ngettext("%(n)s hexagon", "%(n)s hexagons", cells) % {"n": whole(cells)}


def check_said(check: MapCheck | None, names: Mapping[str, str]) -> dict[str, Any]:
    """The verdict in a sentence, and the table behind it; the same with and without good news."""
    if check is not None and check.answer == NO_GROUND:
        return {"said": gettext("No hexagon has ground to share out, so the map cannot be tried."), "rows": []}
    if check is None or check.answer != ENOUGH or not check.rows:
        return {"said": gettext("There are too few weeks of data to try the map on."), "rows": []}
    together = [row for row in check.rows if not row.category]
    asked = gettext(
        "%(after)s weeks were foretold from the %(before)s before them, in %(cells)s hexagons (%(km2)s km²)."
    )
    return {
        "said": _verdict(together),
        "asked": asked
        % {
            "after": whole(check.weeks_after),
            "before": whole(check.weeks_before),
            "cells": whole(check.cells),
            "km2": about(check.area_km2),
        },
        "fallen": _fallen(together),
        "together": [_row(row, names) for row in together],
        "rows": [_row(row, names) for row in check.rows if row.n_later and row.category],
    }


def _verdict(together: Sequence[Foretold]) -> str:
    """All budgets in one sentence, then each in its own: they may disagree."""
    if not together or not together[0].n_later:
        return gettext("Nothing happened in the weeks to foretell.")
    return " ".join([_lead(together), *(_at_budget(row) for row in together)])


def _lead(together: Sequence[Foretold]) -> str:
    verdicts = {row.verdict for row in together}
    if verdicts == {BEATS}:
        return gettext("The map foretold the last weeks better than last year's counts.")
    if verdicts == {LOSES}:
        return gettext("The map did not beat last year's counts: counting was better. Use the counts to plan rounds.")
    if LOSES in verdicts:
        lost = joined([percent(row.budget) for row in together if row.verdict == LOSES])
        return gettext(
            "Counting was better at %(budgets)s of the ground. Use last year's counts to plan rounds of that size."
        ) % {"budgets": lost}
    if BEATS in verdicts:
        return gettext("The map beat last year's counts only in part.")
    return gettext("The map did not beat last year's counts: the two cannot be told apart.")


def _at_budget(row: Foretold) -> str:
    values = {"budget": percent(row.budget)}
    if row.verdict == BEATS:
        return gettext("At %(budget)s of the ground: the map was better.") % values
    if row.verdict == LOSES:
        return gettext("At %(budget)s of the ground: counting was better.") % values
    return gettext("At %(budget)s of the ground: no telling.") % values


def _fallen(together: Sequence[Foretold]) -> str:
    """How many later problems the map could not catch, whatever its budget."""
    if not together:
        return ""
    outside, unexposed, said = together[0].left_out, together[0].unexposed, []
    if outside:
        text = ngettext(
            "%(n)s later problem lies outside every hexagon and is not counted in the table.",
            "%(n)s later problems lie outside every hexagon and are not counted in the table.",
            outside,
        )
        said.append(text % {"n": whole(outside)})
    if unexposed:
        text = ngettext(
            "%(n)s of those counted lies where the map could expect nothing.",
            "%(n)s of those counted lie where the map could expect nothing.",
            unexposed,
        )
        said.append(text % {"n": whole(unexposed)})
    return " ".join(said)


def _row(row: Foretold, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "subject": names.get(row.category, row.category) if row.category else gettext("All together"),
        "budget": percent(row.budget),
        "n": problems(row.n_later),
        "recall": _share(row.recall),
        "pai": _number(row.pai),
        "pei": _number(row.pei, 2),
        "naive": _share(row.naive_recall),
        "naive_pai": _number(row.naive_pai),
        "difference": _difference(row),
        "verdict": _word(row.verdict),
    }


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _number(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else decimal(value, digits)


def _difference(row: Foretold) -> str:
    """Percentage points between the recalls, with the interval."""
    if row.difference is None or row.low is None or row.high is None:
        return "–"
    middle, low, high = (_points(v) for v in (row.difference, row.low, row.high))
    return from_to(middle, low, high)


def _points(value: float) -> str:
    points = round(100 * value, 1)
    return f"{'−' if points < 0 else '+' if points > 0 else ''}{decimal(abs(points), 1)}"


def _word(verdict: str) -> str:
    if verdict == BEATS:
        return pgettext("verdict", "the map is better")
    return pgettext("verdict", "counting is better") if verdict == LOSES else pgettext("verdict", "no telling")
