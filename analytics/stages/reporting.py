"""How readily people report, learnt for every set of units from the later reports of incidents already known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.methods.checks import Floats
from analytics.methods.cube import REPEATS, WATCHES
from analytics.methods.reporting import (
    MOST_HIDDEN,
    CategoryRates,
    Reporting,
    clumping,
    hidden_share,
    reporting,
)
from analytics.methods.units import Units
from analytics.results import rounded
from analytics.stages.city import City, Family, known, plain

KIND = "reporting"
NO_LATER, HIDDEN = "no later reports", "nearly all hidden"

HOURS = 24
# How near to MOST_HIDDEN a share sought from below may stop: it never reaches it.
_NEARLY = 1e-3


@dataclass(frozen=True)
class Learnt:
    """What is known of one set's readiness to report; `why`: '' where it may be used, else a short code."""

    found: Reporting
    why: str

    @property
    def usable(self) -> bool:
        return not self.why


Readiness = Mapping[int | None, Learnt]


def learn(city: City) -> Readiness:
    """The readiness to report of every set of units, by resolution, from the incidents of the period.

    How much incidents clump, and what share of them nobody but the first can see, is asked once, incident by incident
    in the areas, and taken into account in every set. Where no later report was recorded, or nearly every incident
    would have to be hidden for the counts to fit, the readiness says so in `why` and is not for use.
    """
    clumped, hidden = _suspected(city)
    found = {}
    for one in city.sets:
        later, watched = _watched(city, one)
        here = reporting(later, watched, clumped=clumped, hidden=hidden, interval=city.parameters.interval)
        found[one.res] = Learnt(here, _why(here))
    return found


def families(city: City, learnt: Readiness) -> list[Family]:
    """One family per set: how ready its units are, and how soon incidents of each category are reported again."""
    return [Family(KIND, None, one.res, _body(city, one, learnt[one.res])) for one in city.sets]


def _watched(city: City, units: Units) -> tuple[Floats, Floats]:
    """Later reports and days watched for them, both c x n."""
    later = city.table(REPEATS, units, "later").astype(np.float64)
    return later, city.table(REPEATS, units, "minutes") / (HOURS * 60)


def _suspected(city: City) -> tuple[float, float]:
    """How much more later reports vary than chance (1: no more), and the share of incidents they cannot reach."""
    first = reporting(*_watched(city, city.areas))
    if not first.available:
        return 1.0, 0.0
    rows = city.cube.sums[WATCHES]
    rows = rows.where(rows.keys["area"].astype(np.int64) >= 0)
    area, category, later, hours = (
        np.repeat(rows.keys[name].astype(np.int64), rows.values["n"]) for name in ("area", "category", "later", "hours")
    )
    days = hours / HOURS
    expected = first.categories.lam[category] * first.rho[area] * days
    return clumping(later, days, category * len(city.areas.ids) + area), hidden_share(later, expected)


def _why(found: Reporting) -> str:
    if not found.available:
        return NO_LATER
    return HIDDEN if found.hidden >= MOST_HIDDEN - _NEARLY else ""


def _body(city: City, units: Units, learnt: Learnt) -> dict[str, Any]:
    """Plain JSON values: columns run along `ids`, those of `categories` along its `category`."""
    found = learnt.found
    told = np.full(len(units.ids), found.available)
    return {
        "available": found.available,
        "usable": learnt.usable,
        "why": learnt.why,
        "clumped": rounded(found.clumped, 6),
        "hidden": rounded(found.hidden, 6),
        "spread": rounded(found.spread, 6),
        "interval": city.parameters.interval,
        "categories": _categories([c.slug for c in city.categories], found.categories),
        "ids": units.ids.tolist(),
        "rho": known(found.rho, told, 6),
        "rho_low": known(found.low, told, 6),
        "rho_high": known(found.high, told, 6),
        "later": found.later.tolist(),
        "watched_days": plain(found.watched, 6),
        "known": found.known.tolist(),
        "desert": found.desert.tolist(),
    }


def _categories(slugs: list[str], rates: CategoryRates) -> dict[str, list[Any]]:
    return {
        "category": slugs,
        "later": rates.later.tolist(),
        "watched_days": plain(rates.watched, 6),
        "per_day": known(rates.lam, rates.known, 6),
        "per_day_low": known(rates.low, rates.known, 6),
        "per_day_high": known(rates.high, rates.known, 6),
        "used": known(rates.used, rates.used > 0, 6),
        "delay_days": [None if days is None else rounded(days, 6) for days in rates.delay_days],
    }
