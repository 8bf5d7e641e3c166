"""What if: a Run's places in order again, by a person's own settings, beside the order with nothing turned."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from analytics.methods.checks import Floats, Ints
from analytics.methods.whatif import Moves, Settings, WhatIf, settled, what_if
from analytics.models import Run, WeeklyCounts
from analytics.results import rounded
from analytics.stages.weekly import Kept, unpack

DIGITS = 6


def answer(run: Run, res: int | None, settings: Settings) -> dict[str, Any]:
    """Plain JSON values: which analysis they come from, and what `told` says of one set of units (None: areas).

    Raises WeeklyCounts.DoesNotExist where the run has no such set, MethodError for settings that cannot be (the
    message names the fault), weekly.DamagedCountsError for stored counts that cannot be read.
    """
    source = {
        "id": run.pk,
        "findings_digest": run.findings_digest,
        "input_digest": run.input_digest,
        "code_version": run.code_version,
        "since": run.since.isoformat(),
        "until": run.until.isoformat(),
        "synthetic": run.synthetic,
    }
    return {"run": source, **told(_kept(run.pk, run.findings_digest, res), settings)}


@lru_cache(maxsize=8)
def _kept(run: int, digest: str, res: int | None) -> Kept:
    return unpack(bytes(WeeklyCounts.objects.get(run=run, res=res).body))


def told(kept: Kept, settings: Settings) -> dict[str, Any]:
    """Plain JSON values of one set of units under a person's settings.

    `settings`: every value used; `standing`: severities and exposures with nothing turned; `wanted`: the exposures
    that would be used if all were loaded. `weeks` full weeks are counted; of all `units`, `of` have a place.
    `excess`, `burden`: see `_order`. `unexposed`: incidents by category in units without its exposure, left out.
    """
    found = what_if(kept.week, kept.subjects, settings, kept.standing)
    severity, kinds = settled(kept.week, kept.subjects, settings)
    slugs = [s.slug for s in kept.subjects]
    return {
        "res": kept.res,
        "settings": {
            "half_life_days": settings.half_life_days,
            "severity": dict(zip(slugs, severity.tolist(), strict=True)),
            "exposure": dict(zip(slugs, kinds, strict=True)),
            "k": settings.k,
        },
        "standing": {
            "severity": {s.slug: s.severity for s in kept.subjects},
            "exposure": {s.slug: s.exposure for s in kept.subjects},
        },
        "wanted": dict(zip(slugs, kept.wanted, strict=True)),
        "exposures": sorted(kept.week.exposure),
        "weeks": kept.weeks,
        "units": len(kept.ids),
        "of": int(found.scores.known.sum()),
        "excess": _order(kept, found, found.excess, "excess", settings.k),
        "burden": _order(kept, found, found.burden, "burden", settings.k),
        "unexposed": dict(zip(slugs, found.scores.unexposed.tolist(), strict=True)),
    }


def _order(kept: Kept, found: WhatIf, moved: Moves, name: str, k: int) -> dict[str, Any]:
    """One ranking: the first k `places`, those that `entered` and `left` them (k at most), and Kendall's `tau`.

    Equal scores share a rank and come by id; `tied`: how many more share the last rank shown. No places where nothing
    was heard. `rank` and `before` are None without a place, `up` where either is; `score` is an excess, or a burden a
    week; `effective_n`: how many incidents of full weight the place's are worth.
    """
    now, before = getattr(found.scores.ranks, name), getattr(kept.standing, name)
    heard = bool(found.scores.effective_n.any())
    first = _by_rank(np.flatnonzero(now), now)[:k] if heard else np.zeros(0, np.int64)
    entered = _by_rank(moved.entered, now)[:k] if heard else first
    left = _by_rank(moved.left, before)[:k]
    scores: Floats = getattr(found.scores, name)

    def place(i: int) -> dict[str, Any]:
        return {
            "id": kept.ids[i],
            "name": kept.names[i],
            "rank": int(now[i]) or None,
            "before": int(before[i]) or None,
            "up": int(moved.up[i]) if now[i] and before[i] else None,
            "score": rounded(float(scores[i]), DIGITS),
            "effective_n": rounded(float(found.scores.effective_n[i]), DIGITS),
        }

    return {
        "places": [place(i) for i in first],
        "tied": int((now == now[first[-1]]).sum() - (now[first] == now[first[-1]]).sum()) if len(first) else 0,
        "entered": [place(i) for i in entered],
        "left": [place(i) for i in left],
        "tau": None if moved.tau is None else rounded(moved.tau, DIGITS),
    }


def _by_rank(rows: Ints, ranks: Ints) -> Ints:
    """Row numbers by rank; equal ones stay by id, as the units are."""
    return rows[np.argsort(ranks[rows], kind="stable")]
