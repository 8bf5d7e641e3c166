"""What the problem areas' page says of the last weeks: alarms, and whether a map like this foretold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from analytics.methods.backtest import BEATS, LOSES
from analytics.results import Alarm, Foretold, MapCheck
from neighborhoods.models import BoundarySet
from web.pages.places import point_names
from web.reporting.numbers import about, decimal, percent, whole
from web.reporting.sentences import problems, times
from web.reporting.standings import from_to

ENOUGH = "enough"


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


def _reach(alarm: Alarm) -> str:
    cells = len(alarm.cells)
    return ngettext("%(n)s hexagon", "%(n)s hexagons", cells) % {"n": whole(cells)}


def check_said(check: MapCheck | None, names: Mapping[str, str]) -> dict[str, Any]:
    """The verdict in a sentence, and the table behind it; the same with and without good news."""
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
        "together": [_row(row, names) for row in together],
        "rows": [_row(row, names) for row in check.rows if row.n_later and row.category],
    }


def _verdict(together: Sequence[Foretold]) -> str:
    if not together or not together[0].n_later:
        return gettext("Nothing happened in the weeks to foretell.")
    verdicts = {row.verdict for row in together}
    if verdicts == {BEATS}:
        return gettext("The map foretold the last weeks better than last year's counts.")
    if LOSES in verdicts:
        return gettext("The map did not beat last year's counts: counting was better. Use the counts to plan rounds.")
    return gettext("The map did not beat last year's counts: the two cannot be told apart.")


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
