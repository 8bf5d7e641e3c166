"""Four hundred areas whose true risk is known: does each stage of the chain come nearer to it?

People, risk and readiness to report are drawn apart from each other and very unevenly, so that what is heard is mostly
the work of people and readiness. An incident that nobody reports within LIFE_DAYS goes away unseen; one that is
reported stays until the city closes it, after CLOSING_DAYS in the mean whatever people do. One seed is one city, for
ever. The figures were fixed before any method was tuned on them; SEEDS are not the seeds it was tuned on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.methods.ranking import Evidence, Ranked, rank_places
from analytics.methods.rates import LIKELIHOOD, empirical_bayes, expected
from analytics.methods.reporting import Reporting, clumping, hidden_share, later_inside, reporting, window_days

AREAS, TOP = 400, 40
INCIDENTS_PER_AREA = 20.0
PEOPLE_SD, RISK_SD = 1.0, 0.5
REPORTS_PER_DAY, REPORTING_SD = 0.05, 0.5
LIFE_DAYS, CLOSING_DAYS, YEAR_DAYS = 25.0, 60.0, 365.0
SEEDS = range(200)
STAGES = ("raw reports", "incidents", "incident rate", "empirical Bayes", "empirical Bayes + reporting")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Areas:
    """The truth: n areas with people, relative risk, and reports per day at an incident known to be there.

    What is seen: m incidents with their area, first report and closing (days), and their later reports by row and time.
    """

    people: Floats
    risk: Floats
    rate: Floats
    area: Ints
    opened: Floats
    closed: Floats
    later_of: Ints
    later_at: Floats

    @property
    def heard(self) -> Ints:
        """Incidents seen, per area."""
        return np.bincount(self.area, minlength=len(self.people))

    @property
    def reports(self) -> Ints:
        """Every report, first and later, per area."""
        return self.heard + np.bincount(self.area[self.later_of], minlength=len(self.people))

    def worst(self) -> set[int]:
        """The tenth of the areas where risk is truly highest."""
        return set(np.argsort(-self.risk)[:TOP].tolist())


def draw(
    seed: int, *, risk_sd: float = RISK_SD, reporting_sd: float = REPORTING_SD, unseen_twice: float = 0.0
) -> Areas:
    """One city. `unseen_twice`: the share of incidents that nobody but the first can see, the same everywhere."""
    rng = np.random.default_rng([seed, 400])
    people = rng.lognormal(0, PEOPLE_SD, AREAS)
    risk = rng.lognormal(0, risk_sd, AREAS)
    rate = rng.lognormal(np.log(REPORTS_PER_DAY), reporting_sd, AREAS)
    happened = rng.poisson(risk * INCIDENTS_PER_AREA * people / people.mean())
    seen = rng.binomial(happened, -np.expm1(-rate * LIFE_DAYS))
    area = np.repeat(np.arange(AREAS), seen)
    opened = rng.uniform(0, YEAR_DAYS, len(area))
    closed = opened + rng.exponential(CLOSING_DAYS, len(area))
    there = np.minimum(closed, YEAR_DAYS) - opened
    visible = rng.random(len(area)) >= unseen_twice
    later_of = np.repeat(np.arange(len(area)), rng.poisson(rate[area] * there * visible))
    later_at = opened[later_of] + there[later_of] * rng.random(len(later_of))
    return Areas(people, risk, rate, area, opened, closed, later_of, later_at)


def readiness(areas: Areas) -> Reporting:
    """What analysis learns of reporting: windows ended by rule, clumped and hidden incidents allowed for."""
    days = window_days(areas.opened, areas.closed, YEAR_DAYS)
    later = later_inside(areas.later_of, areas.later_at, areas.opened, days)
    sums = per_area(areas, later), per_area(areas, days)
    clumped = clumping(later, days, areas.area)
    first = reporting(*sums, clumped=clumped)
    hidden = hidden_share(later, first.categories.lam[0] * first.rho[areas.area] * days)
    return reporting(*sums, clumped=clumped, hidden=hidden)


def naive_readiness(areas: Areas) -> Reporting:
    """The same with every window ended at the last later report in it: what one must not do."""
    days = window_days(areas.opened, areas.closed, YEAR_DAYS)
    inside = areas.later_at - areas.opened[areas.later_of] <= days[areas.later_of]
    last = areas.opened.copy()
    np.maximum.at(last, areas.later_of[inside], areas.later_at[inside])
    short = window_days(areas.opened, last, YEAR_DAYS)
    later = later_inside(areas.later_of, areas.later_at, areas.opened, short)
    return reporting(per_area(areas, later), per_area(areas, short))


def recovered(areas: Areas, found: Reporting) -> float:
    """Later reports found per day watched over the true rate, averaged over the same days."""
    days = per_area(areas, window_days(areas.opened, areas.closed, YEAR_DAYS))[0]
    return float(found.later.sum() / found.watched.sum() / ((areas.rate * days).sum() / days.sum()))


def recovered_everywhere(areas: Areas, found: Reporting) -> float:
    """The mean over areas of the rate found, over the mean of the true rates: one area, one voice."""
    return float((found.categories.used[0] * found.rho).mean() / areas.rate.mean())


def evidence(areas: Areas, found: Reporting | None) -> Evidence:
    """What the ranking receives: incidents and what people explain, with or without what is known of reporting."""
    observed, even = areas.heard[None], expected(areas.heard, areas.people).values[None]
    if found is None:
        return Evidence(observed, even, np.ones(1))
    return Evidence(observed, even, np.ones(1), found.propensity, found.categories.used, np.array([LIFE_DAYS]))


def scores(areas: Areas, corrected: Floats) -> Mapping[str, Floats]:
    """What each stage of the chain would rank by; `corrected` is the whole chain's."""
    even = expected(areas.heard, areas.people).values
    values = (
        areas.reports.astype(np.float64),
        areas.heard.astype(np.float64),
        areas.heard / even,
        empirical_bayes(areas.heard, even, LIKELIHOOD).theta,
        corrected,
    )
    return dict(zip(STAGES, values, strict=True))


def share_found(areas: Areas, score: Floats) -> float:
    """The share of the truly worst tenth among the tenth with the highest score."""
    return len(areas.worst() & set(np.argsort(-score, kind="stable")[:TOP].tolist())) / TOP


@dataclass(frozen=True)
class Trial:
    """One city through the chain.

    `found`: shares of the worst tenth by stage. `held`, `width`: share of rank intervals with the true rank inside,
    and how wide they are; `held_alike` where all areas are taken to report alike. `rate`, `rate_everywhere`,
    `naive_rate`: reporting rates found over the true ones. `sure`: areas of tier A, and how many are truly worst.
    """

    found: Mapping[str, float]
    held: float
    width: float
    held_alike: float
    rate: float
    rate_everywhere: float
    naive_rate: float
    sure: tuple[int, int]


def trial(
    seed: int,
    *,
    risk_sd: float = RISK_SD,
    reporting_sd: float = REPORTING_SD,
    unseen_twice: float = 0.0,
    draws: int = 2_000,
    hyper_draws: int = 500,
) -> Trial:
    areas = draw(seed, risk_sd=risk_sd, reporting_sd=reporting_sd, unseen_twice=unseen_twice)
    known = readiness(areas)
    places, alike = (
        rank_places(
            evidence(areas, given), np.random.default_rng([seed, 401]), k=TOP, draws=draws, hyper_draws=hyper_draws
        ).excess
        for given in (known, None)
    )
    sure = {i for i, tier in enumerate(places.tier) if tier == "A"}
    return Trial(
        found={stage: share_found(areas, score) for stage, score in scores(areas, places.score).items()},
        held=held(areas, places),
        width=float((places.high - places.low).mean()),
        held_alike=held(areas, alike),
        rate=recovered(areas, known),
        rate_everywhere=recovered_everywhere(areas, known),
        naive_rate=recovered(areas, naive_readiness(areas)),
        sure=(len(sure), len(sure & areas.worst())),
    )


def held(areas: Areas, found: Ranked) -> float:
    """The share of areas whose true rank by risk lies inside its interval."""
    rank = np.argsort(np.argsort(-areas.risk)) + 1
    return float(((rank >= found.low) & (rank <= found.high)).mean())


def per_area(areas: Areas, values: npt.NDArray[np.generic]) -> Floats:
    """Values of incidents summed, 1 x n."""
    return np.bincount(areas.area, weights=values, minlength=AREAS)[None]
