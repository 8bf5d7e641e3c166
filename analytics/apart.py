"""A place's figures taken apart: from its rank down to the counts it rests on, read from a Run's findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from analytics.found import ORDERS
from analytics.models import Finding, Run
from analytics.ranked import Apart, Moved, Part, Readiness, Standing, Waited

# Sets of units whose columns are kept at hand: a page asks for one unit after the other of the same set.
_SETS_HELD = 4


class NoSuchUnitError(LookupError):
    """The Run ranks no unit of this name at this resolution."""


def take_apart(run: Run, res: int | None, subjects: Sequence[str]) -> list[Apart]:
    """Each subject's figures, in the order asked for. Raises NoSuchUnitError for one that is not ranked."""
    held = _columns(run.pk, run.findings_digest, res)
    level, least = run.parameters["q_level"], run.parameters["least_observed"]
    return [_apart(held, res, subject, level, least) for subject in subjects]


def city_parts(run: Run, res: int | None) -> dict[str, dict[str, Any]]:
    """Per category what the sums over all units of a set must come to, and what was divided by what."""
    held = _columns(run.pk, run.findings_digest, res)
    counts = {category: one.body for (kind, category), one in held.items() if kind == "counts"}
    return {category: _of_city(body) for category, body in sorted(counts.items())}


def _of_city(body: Mapping[str, Any]) -> dict[str, Any]:
    names = ("total", "outside", "unexposed", "exposure", "exposure_wanted", "phi", "model")
    return {"observed": sum(body["observed"]), **{name: body[name] for name in names}}


class _Body:
    """One family's body with the row of each id."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.body = body
        self.row = {name: i for i, name in enumerate(body["ids"])}

    def at(self, subject: str, columns: Sequence[str]) -> dict[str, Any] | None:
        """The values of these columns in the subject's row, or None where the family does not list it."""
        i = self.row.get(subject)
        return None if i is None else {name: self.body[name][i] for name in columns}


@lru_cache(maxsize=_SETS_HELD)
def _columns(run: int, digest: str, res: int | None) -> dict[tuple[str, str], _Body]:
    """All families of one set of units by kind and category. They may be kept: a Run of this digest never changes."""
    kinds = ("counts", "ranking", "reporting", "change", "waiting", "patterns")
    families = Finding.objects.filter(run_id=run, kind__in=kinds, res=res)
    return {(f.kind, f.category): _Body(f.body) for f in families}


def _apart(held: Mapping[tuple[str, str], _Body], res: int | None, subject: str, level: float, least: int) -> Apart:
    ranking = held.get(("ranking", ""))
    if ranking is None or subject not in ranking.row:
        raise NoSuchUnitError(f"no unit {subject!r} is ranked at resolution {res}")
    b, i = ranking.body, ranking.row[subject]
    agreeing, of = b["sides"][i]
    return Apart(
        subject=subject,
        name=b["names"][i],
        res=res,
        observed=b["observed"][i],
        expected=b["expected"][i],
        standings=tuple(_standing(b, order, i) for order in ORDERS if b[order] is not None),
        parts=tuple(_parts(held, ranking, subject, (level, least))),
        sides_agreeing=agreeing,
        sides_of=of,
        moved=tuple(_moved(b["denominators"], i)),
        reporting=_readiness(held, subject),
        reporting_used=b["reporting_used"],
        reporting_why=b["reporting_why"],
        waits_kept=("waiting", "") in held,
        waited=_waited(held, subject),
    )


def _standing(body: Mapping[str, Any], order: str, i: int) -> Standing:
    columns = body[order]
    point, plain = columns.get("point_rank"), columns.get("plain_rank")
    return Standing(
        order=order,
        score=columns["score"][i],
        score_low=columns["score_low"][i],
        score_high=columns["score_high"][i],
        rank=columns["rank"][i],
        rank_low=columns["rank_low"][i],
        rank_high=columns["rank_high"][i],
        of=body["of"],
        k=body["k"],
        p_top=columns["p_top"][i],
        tier=columns["tier"][i],
        grade=columns["grade"][i],
        decided=tuple(columns["decided"][i]),
        point_rank=point[i] if point else None,
        plain_rank=plain[i] if plain else None,
        interval=body["interval"],
        graded_by=tuple(columns.get("graded_by", body["graded_by"])),
    )


_COUNTS = ("observed", "expected", "crude", "crude_low", "crude_high", "nearby", "borrowed")
_TESTED = ("ring_observed", "ring_expected", "q", "hot_at", "hot_of")


def _parts(held: Mapping[tuple[str, str], _Body], ranking: _Body, subject: str, hot: tuple[float, int]) -> list[Part]:
    found = []
    level, least = hot
    for category in ranking.body["parts"]:
        counts = held["counts", category]
        counted, tested = counts.at(subject, _COUNTS), counts.at(subject, _TESTED)
        if counted is None or tested is None:
            continue
        found.append(
            Part(
                category=category,
                exposure=counts.body["exposure"],
                hot=tested["q"] <= level and tested["ring_observed"] >= least,
                **counted,
                **tested,
                **_corrected(ranking, category, ranking.row[subject]),
                **_changed(held, category, subject),
                **_pattern(held, category, subject),
            )
        )
    return sorted(found, key=lambda part: (-part.share, part.category))


def _corrected(ranking: _Body, category: str, i: int) -> dict[str, float]:
    own, body = ranking.body["parts"][category], ranking.body
    return {
        "heard": own["heard"][i],
        "reported": own["reported"][i],
        "corrected": own["corrected"][i],
        "share": own["share"][i],
        "mean": body["mean"][category],
        "severity": body["severity"][category],
    }


def _changed(held: Mapping[tuple[str, str], _Body], category: str, subject: str) -> dict[str, Any]:
    change = held.get(("change", category))
    found = change.at(subject, ("kind", "q", "percent")) if change else None
    if found is None:
        return {"change": "", "trend_q": None, "percent": None}
    return {"change": found["kind"] or "", "trend_q": found["q"], "percent": found["percent"]}


def _pattern(held: Mapping[tuple[str, str], _Body], category: str, subject: str) -> dict[str, Any]:
    names = ("gi", "gi_q", "quadrant", "local_q")
    family = held.get(("patterns", category))
    found = family.at(subject, names) if family else None
    return found or dict.fromkeys(names)


def _moved(denominators: Mapping[str, Mapping[str, Any]], i: int) -> list[Moved]:
    """By each other kind of exposure, the excess and the rank it would give."""
    rows = [(kind, own["excess"][i], own["rank"][i]) for kind, own in sorted(denominators.items())]
    return [Moved(*row) for row in rows if row[2] is not None]


def _readiness(held: Mapping[tuple[str, str], _Body], subject: str) -> Readiness | None:
    family = held.get(("reporting", ""))
    if family is None or not family.body["usable"]:
        return None
    found = family.at(subject, ("rho", "rho_low", "rho_high", "later", "watched_days", "desert"))
    if found is None:
        return None
    return Readiness(low=found.pop("rho_low"), high=found.pop("rho_high"), **found)


def _waited(held: Mapping[tuple[str, str], _Body], subject: str) -> Waited | None:
    family = held.get(("waiting", ""))
    if family is None:
        return None
    found = family.at(subject, [name for name in Waited.__dataclass_fields__ if name in family.body])
    return None if found is None else Waited(**{"on_bulk_days": None, **found})
