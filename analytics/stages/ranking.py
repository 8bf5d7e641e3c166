"""Places by burden, by excess and by delay, each score with its parts and with a grade of how far it may be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, Ints
from analytics.methods.grades import grade, judge
from analytics.methods.ranking import Ranked, rank_delay, rank_places
from analytics.stages.city import City, Family, known, plain, where
from analytics.stages.counts import Tables
from analytics.stages.reporting import Readiness
from analytics.stages.sides import (
    Denominator,
    Sides,
    Standing,
    denominators,
    moved,
    places,
    sides,
    standing,
)
from analytics.stages.waiting import Gaps

KIND = "ranking"
BURDEN, EXCESS, DELAY = "burden", "excess", "delay"

Bools = npt.NDArray[np.bool_]
Column = list[Any]


def families(city: City, tables: Tables, learnt: Readiness, gaps: Mapping[int | None, Gaps]) -> list[Family]:
    """One family per set of units; without a row where nothing is expected of any.

    `gaps` hold, where there are any for a set, how much longer people wait in each of all its units.
    """
    every = [standing(one, tables[one.res], city.categories, learnt[one.res]) for one in city.sets]
    return [Family(KIND, None, one.units.res, _body(city, one, every, gaps.get(one.units.res))) for one in every]


def _body(city: City, here: Standing, every: Sequence[Standing], gaps: Gaps | None) -> dict[str, Any]:
    """Plain JSON values: a header, and columns along `ids`, some nested by order, by kind of exposure, by category."""
    agreed, other = sides(here, every), denominators(here, city.parameters)
    k = max(1, min(city.parameters.top_k, math.ceil(city.parameters.top_share * here.n)))
    shared = _shared(here, agreed, len(every))
    return {
        "of": here.n,
        "k": k,
        "interval": city.parameters.interval,
        "reporting_used": here.learnt.usable,
        "reporting_why": here.learnt.why,
        "graded_by": sorted({"rank", *shared, *_denominator(other, EXCESS)}),
        **_subjects(city, here),
        "ids": here.units.ids[here.rows].tolist(),
        "names": [str(name) for name in here.units.names[here.rows]],
        "observed": here.evidence.observed.sum(axis=0).astype(np.int64).tolist(),
        "expected": plain(here.evidence.expected.sum(axis=0), 6),
        **_readiness(here),
        "sides": np.column_stack([agreed.agreeing, agreed.of]).tolist(),
        **_orders(city, here, k, {name: shared | _denominator(other, name) for name in (BURDEN, EXCESS)}),
        DELAY: None if gaps is None else _delay(city, here, gaps, k),
        "denominators": {kind: _denominated(one) for kind, one in other.items()},
        "parts": _parts(city, here),
    }


def _orders(
    city: City, here: Standing, k: int, parts: Mapping[str, Mapping[str, Ints]]
) -> dict[str, dict[str, Column]]:
    """The two orders from one set of draws, graded by the `parts` of each."""
    parameters = city.parameters
    found = rank_places(
        here.evidence,
        city.stream(KIND, None, here.units.res),
        k=k,
        draws=parameters.draws,
        hyper_draws=parameters.hyper_draws,
        interval=parameters.interval,
        kappa=parameters.severity_kappa,
    )
    return {
        BURDEN: _order(found.burden, here.plain.burden, parts[BURDEN]),
        EXCESS: _order(found.excess, here.plain.excess, parts[EXCESS]),
    }


def _subjects(city: City, here: Standing) -> dict[str, Any]:
    """The header by category: weights, lives and exposures of all, the mean ratio of those heard of."""
    heard = (here.evidence.observed.sum(axis=1) > 0).tolist()
    slugs = [c.slug for c in city.categories]
    used = [here.units.kind_used(c.exposure) for c in city.categories]
    return {
        "categories": [slug for slug, some in zip(slugs, heard, strict=True) if some],
        "severity": {c.slug: c.severity for c in city.categories},
        "life_days": {c.slug: c.life_days for c in city.categories},
        "exposure": dict(zip(slugs, used, strict=True)),
        "mean": {slug: m for slug, m, some in zip(slugs, plain(here.made.mean, 6), heard, strict=True) if some},
    }


def _parts(city: City, here: Standing) -> dict[str, dict[str, Column]]:
    """What each category heard of adds: ratios None where it has no exposure."""
    made, evidence = here.made, here.evidence
    return {
        c.slug: {
            "corrected": known(made.theta[i], evidence.expected[i] > 0, 6),
            "heard": known(made.theta_heard[i], evidence.expected[i] > 0, 6),
            "reported": plain(made.reported[i], 6),
            "share": plain(made.shares[i], 6),
        }
        for i, c in enumerate(city.categories)
        if evidence.observed[i].any()
    }


def _readiness(here: Standing) -> dict[str, Column]:
    found, rows = here.learnt.found, here.rows
    used = np.full(here.n, here.learnt.usable)
    return {
        "rho": known(found.rho[rows], used, 6),
        "rho_low": known(found.low[rows], used, 6),
        "rho_high": known(found.high[rows], used, 6),
        "desert": where(found.desert[rows], used),
    }


def _order(ranked: Ranked, uncorrected: Floats, parts: Mapping[str, Ints]) -> dict[str, Column]:
    """One order of the ranked units; places by the point score with the correction for reporting and without it."""
    return {
        **_columns(ranked, parts),
        "point_rank": places(ranked.score).tolist(),
        "plain_rank": places(uncorrected).tolist(),
    }


def _columns(ranked: Ranked, parts: Mapping[str, Ints]) -> dict[str, Column]:
    width = (ranked.high - ranked.low) / max(len(ranked.rank), 1)
    judged = grade({**parts, "rank": judge("rank", width)})
    return {
        "score": plain(ranked.score, 6),
        "score_low": plain(ranked.score_low, 6),
        "score_high": plain(ranked.score_high, 6),
        "rank": ranked.rank.tolist(),
        "rank_low": ranked.low.tolist(),
        "rank_high": ranked.high.tolist(),
        "p_top": plain(ranked.p_top, 6),
        "tier": list(ranked.tier),
        "grade": list(judged.word),
        "decided": [list(names) for names in judged.decided],
    }


def _shared(here: Standing, agreed: Sides, sets: int) -> dict[str, Ints]:
    """The parts of a grade that burden and excess have in common; left out what cannot be had of any unit."""
    parts = {"incidents": judge("incidents", here.evidence.observed.sum(axis=0))}
    if here.learnt.usable:
        found, rows = here.learnt.found, here.rows
        low, high = found.low[rows], found.high[rows]
        sure = found.known[rows] & (low > 0)
        parts["reporting"] = judge("reporting", np.divide(high, low, out=np.zeros(len(low)), where=sure), sure)
    if sets > 1:
        some = agreed.of > 0
        apart = 1 - np.divide(agreed.agreeing, agreed.of, out=np.zeros(len(some)), where=some)
        parts["resolutions"] = judge("resolutions", apart, some)
    return parts


def _denominator(other: Mapping[str, Denominator], order: str) -> dict[str, Ints]:
    """How far an order hangs on what is divided by; nothing where there is no second kind."""
    return {"denominator": judge("denominator", *moved(other, order))} if len(other) > 1 else {}


def _denominated(one: Denominator) -> dict[str, Column]:
    return {
        "burden": known(one.burden, one.known, 6),
        "burden_rank": where(one.burden_rank, one.known),
        "excess": known(one.excess, one.known, 6),
        "rank": where(one.excess_rank, one.known),
    }


def _delay(city: City, here: Standing, gaps: Gaps, k: int) -> dict[str, Any]:
    """The order by delay, scores in days: graded by its own cases and by its own ranks."""
    parameters, rows = city.parameters, here.rows
    told, n = gaps.known[rows], gaps.n[rows]
    rng = city.stream(DELAY, None, here.units.res)
    found = rank_delay(
        gaps.gap[rows], gaps.error[rows], told, rng, k=k, draws=parameters.draws, interval=parameters.interval
    )
    return {
        "graded_by": ["incidents", "rank"],
        **_columns(found, {"incidents": judge("incidents", n, told)}),
        "gap_days": known(gaps.gap[rows], told, 6),
        "error_days": known(gaps.error[rows], told, 6),
        "known": told.tolist(),
        "n": n.tolist(),
    }
