"""Four hundred areas whose true risk is known: does each stage of the chain find more of the truly worst tenth?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench._figures import Figures
from bench._progress import watched
from tests.areas400 import STAGES, Trial, trial

LEAST_STEP, LEAST_GAIN, TIER_A, MOST_ERROR = 0.001, 0.01, 0.8, 5.0
HELD, AIMED_AT = (0.86, 0.94), 0.88
# Other truths the same methods must bear: spread of risk, spread of reporting, incidents nobody sees twice.
TRUTHS = {
    "risk sd 0.3": {"risk_sd": 0.3},
    "risk sd 1": {"risk_sd": 1.0},
    "reporting sd 0.2": {"reporting_sd": 0.2},
    "reporting sd 0.8": {"reporting_sd": 0.8},
    "half seen by one only": {"unseen_twice": 0.5},
}
OF_OTHERS = 4  # one seed in so many is given to each other truth


def figures(figures: Figures, seeds: Sequence[int]) -> None:
    """Means over the seeds: shares of the truly worst tenth found, rank intervals, reporting rates over true ones."""
    trials = [trial(seed) for seed in watched(seeds, "400 areas")]
    _stages(figures, trials)
    _intervals(figures, trials, "400 areas", AIMED_AT)
    _rates(figures, trials)
    for name, truth in TRUTHS.items():
        few = seeds[: max(1, len(seeds) // OF_OTHERS)]
        _intervals(figures, [trial(seed, **truth) for seed in watched(few, name)], name)


def _stages(figures: Figures, trials: Sequence[Trial]) -> None:
    shares = [_found(trials, stage) for stage in STAGES]
    for i, (stage, share) in enumerate(zip(STAGES, shares, strict=True)):
        figures.take(f"400 areas: worst tenth, {stage}", share)
        if i:
            figures.take(f"400 areas: more than by {STAGES[i - 1]}", share - shares[i - 1], at_least=LEAST_STEP)
    gain = np.array([one.found[STAGES[-1]] - one.found[STAGES[-2]] for one in trials])
    figures.take("400 areas: the whole chain over empirical Bayes", float(gain.mean()), at_least=LEAST_GAIN)
    figures.take("400 areas: standard error of that", float(gain.std() / len(gain) ** 0.5))


def _intervals(figures: Figures, trials: Sequence[Trial], name: str, least: float = HELD[0]) -> None:
    held = float(np.mean([one.held for one in trials]))
    figures.take(f"{name}: held by 90 % intervals", held, at_least=least)
    figures.take(f"{name}: the same, its other limit", held, at_most=HELD[1])
    figures.take(f"{name}: all taken to report alike", float(np.mean([one.held_alike for one in trials])))
    figures.take(f"{name}: mean width", float(np.mean([one.width for one in trials])), "ranks")
    named, right = np.sum([one.sure for one in trials], axis=0)
    if named:
        figures.take(f"{name}: of tier A truly worst", float(right / named), at_least=TIER_A)
    figures.take(f"{name}: chain over empirical Bayes", _found(trials, STAGES[-1]) - _found(trials, STAGES[-2]))


def _rates(figures: Figures, trials: Sequence[Trial]) -> None:
    for what, figure in (("day by day", "rate"), ("area by area", "rate_everywhere")):
        ratio = float(np.mean([getattr(one, figure) for one in trials]))
        figures.take(f"reporting: rate over the true one, {what}", ratio)
        figures.take(f"reporting: error of that, {what}", 100 * abs(ratio - 1), "%", at_most=MOST_ERROR)
    naive = float(np.mean([one.naive_rate for one in trials]))
    figures.take("reporting: error if watched to the last report only", 100 * abs(naive - 1), "%")


def _found(trials: Sequence[Trial], stage: str) -> float:
    return float(np.mean([one.found[stage] for one in trials]))
