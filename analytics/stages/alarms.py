"""What is unlike itself: places where a subject is heard of more in the newest weeks than is usual there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from analytics.methods.checks import Floats, Ints, MethodError
from analytics.methods.cube import COUNTS
from analytics.methods.hotspots import bh, dispersion
from analytics.methods.rates import LIKELIHOOD, expected, fit_prior, without_slivers
from analytics.methods.scan import Circle, Scan, scan
from analytics.methods.units import CategoryParams, Units
from analytics.results import rounded
from analytics.stages.city import City, Family

KIND = "alarms"
ENOUGH, TOO_SHORT, NOTHING_BEFORE = "enough", "too short", "nothing before"

# What is usual is not learnt from less than half a year.
LEAST_USUAL_WEEKS = 26
# The share of false alarms that is accepted among the subjects that alarm (Benjamini and Hochberg 1995).
ALARM_Q = 0.05
# Scattered incidents make the dispersion of one block leap, so no block is dropped; but none counts for more than this
# many times the middle one, or one outbreak long past would pass for the city's nature and no later one be heard.
MOST_OF_MEDIAN = 3.0


@dataclass(frozen=True)
class Watch:
    """One category in a set of n units.

    `answer`: ENOUGH, or why there is no scan: TOO_SHORT a history, NOTHING_BEFORE to compare with. `lately`: incidents
    of the newest weeks, `usual`: what they are held against, on any scale; both n rows, 0 in units without exposure.
    `unexposed` are incidents lately in these, `outside` in no unit. `phi`: how far four weeks usually stray from usual.
    """

    answer: str
    exposure: str
    lately: Ints
    usual: Floats
    unexposed: int
    outside: int
    phi: float
    found: Scan | None


def watch(city: City) -> tuple[Watch, ...]:
    """Scan the newest `alarm_weeks` weeks of every category at `alarm_res` (Kulldorff's scan, see methods.scan).

    Usual are the shrunken rates of all earlier weeks times their exposure, so that what is always so raises no alarm,
    and neither does a season that is the same everywhere; what creeps is for the classes of change. Circles with
    fewer than `least_observed` incidents are none. p holds for one category alone; `level` for all together.
    Raises MethodError where the units have no centres or there are none of `alarm_res`.
    """
    units = city.set_of(city.parameters.alarm_res)
    if units.x is None or units.y is None:
        raise MethodError(f"{units.label}: without centres there are no circles")
    weekly, lost = city.weekly(units, city.weeks), outside(city, units, _weeks(city)).tolist()
    trios = zip(city.categories, weekly, lost, strict=True)
    return tuple(_watch(city, units, category, table, without) for category, table, without in trios)


def families(city: City) -> list[Family]:
    """One family per category: circles with p at or below `level` under `alarms`, else the `strongest` tried."""
    res, every = city.parameters.alarm_res, watch(city)
    units, least = city.set_of(res), level(every)
    pairs = zip(city.categories, every, strict=True)
    return [Family(KIND, c.slug, res, _body(city, units, c, watched, least)) for c, watched in pairs]


def level(every: Sequence[Watch]) -> float:
    """The p at or below which a circle is an alarm: Benjamini and Hochberg's over the strongest of each category
    scanned, so that many subjects watched every night do not cry wolf."""
    scanned = [w.found.clusters[0].p if w.found.clusters else 1.0 for w in every if w.found is not None]
    if not scanned:
        return ALARM_Q
    return ALARM_Q * max(int((bh(scanned) <= ALARM_Q).sum()), 1) / len(scanned)


def outside(city: City, units: Units, weeks: int) -> Ints:
    """Incidents of the newest weeks in no unit, by category."""
    rows = city.cube.sums[COUNTS]
    rows = rows.where(np.asarray(rows.keys["week"], np.int64) < weeks)
    rows = rows.where(city.position(units, rows) < 0)
    found = np.bincount(rows.keys["category"], weights=rows.values["incidents"], minlength=len(city.categories))
    return found.astype(np.int64)


def _weeks(city: City) -> int:
    return min(city.parameters.alarm_weeks, city.weeks)


def _watch(city: City, units: Units, category: CategoryParams, weekly: Ints, without: int) -> Watch:
    p, split = city.parameters, city.weeks - _weeks(city)
    before, lately = weekly[:, :split], weekly[:, split:].sum(axis=1)
    kind = units.kind_used(category.exposure)
    whole = expected(before.sum(axis=1), without_slivers(units.exposure[kind], p.least_exposure))
    heard = np.where(whole.exposed, lately, 0)
    answer = TOO_SHORT if split < LEAST_USUAL_WEEKS else NOTHING_BEFORE if not whole.total else ENOUGH
    usual, phi, found = np.zeros(len(heard)), 1.0, None
    if answer == ENOUGH:
        usual, phi = _usual(before * whole.exposed[:, None], whole.values, p.alarm_weeks)
        rng, x, y = city.stream(KIND, category.slug, units.res), np.asarray(units.x), np.asarray(units.y)
        least, cap, replicas = p.least_observed, p.scan_cap, p.scan_replicas
        found = scan(x, y, heard, usual, rng, cap=cap, replicas=replicas, least=least, phi=phi)
    lost = int(lately.sum() - heard.sum())
    return Watch(answer, kind, heard, usual, lost, without, phi, found)


def _usual(before: Ints, even: Floats, block: int) -> tuple[Floats, float]:
    """What n units hear over all earlier weeks, shrunken, and how far `block` weeks stray from such an expectation.

    `before` n x weeks, `even` what exposure alone leads one to expect of all these weeks. Each block of weeks is held
    against what is usual in all the others, as the newest weeks are held against all before them: phi then answers
    for batches, for patterns that come and go, and for the usual itself being known from so many weeks and no more.
    """
    observed = before.sum(axis=1).astype(np.float64)
    prior, total = fit_prior(observed, even, LIKELIHOOD), float(observed.sum())
    number = before.shape[1] // block
    blocks = before[:, before.shape[1] - number * block :].reshape(len(before), number, block).sum(axis=2).T
    found = []
    for own in blocks[blocks.sum(axis=1) > 0].astype(np.float64):
        n = float(own.sum())
        others = _shrunken(observed - own, even * (1 - n / total), prior.a, prior.b)
        if others.any():
            found.append((dispersion(own, others * (n / others.sum()))[0], n))
    return _shrunken(observed, even, prior.a, prior.b), _typical(found)


def _shrunken(observed: Floats, even: Floats, a: float, b: float) -> Floats:
    """The posterior mean of the rate times what exposure expects (rates.empirical_bayes); 0 where that is 0."""
    return even * (a + observed) / (b + even)


def _typical(found: list[tuple[float, float]]) -> float:
    """One dispersion of many with their weights, at least 1; see MOST_OF_MEDIAN."""
    if not found:
        return 1.0
    values, weights = np.array(found).T
    held = np.minimum(values, MOST_OF_MEDIAN * max(float(np.median(values)), 1.0))
    return max(1.0, float((held * weights).sum() / weights.sum()))


def _body(city: City, units: Units, category: CategoryParams, watched: Watch, least: float) -> dict[str, Any]:
    """Plain JSON values: total = observed + unexposed + outside."""
    observed, circles = int(watched.lately.sum()), watched.found.clusters if watched.found else ()
    alarms = [_circle(units, one) for one in circles if one.p <= least]
    return {
        "weeks": _weeks(city),
        "usual_weeks": city.weeks - _weeks(city),
        "answer": watched.answer,
        "total": observed + watched.unexposed + watched.outside,
        "observed": observed,
        "unexposed": watched.unexposed,
        "outside": watched.outside,
        "exposure": watched.exposure,
        "exposure_wanted": category.exposure,
        "phi": rounded(watched.phi),
        "cap": city.parameters.scan_cap,
        "replicas": city.parameters.scan_replicas,
        "p_level": rounded(least),
        "circles": watched.found.circles if watched.found else 0,
        "alarms": alarms,
        "strongest": None if alarms or not circles else _circle(units, circles[0]),
    }


def _circle(units: Units, one: Circle) -> dict[str, Any]:
    return {
        "x": rounded(one.x),
        "y": rounded(one.y),
        "radius_m": rounded(one.radius_m),
        "cells": units.ids[one.members].tolist(),
        "observed": one.observed,
        "expected": rounded(one.expected),
        "ratio": None if one.ratio is None else rounded(one.ratio),
        "llr": rounded(one.llr),
        "p": rounded(one.p),
        "exceeded": one.exceeded,
        "replicas": one.replicas,
    }
