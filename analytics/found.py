"""A Run's findings as typed results, for reports, pages and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from analytics.models import Finding, Run
from analytics.ranked import Alarm, AlarmsWatched, Foretold, MapCheck
from analytics.results import Cluster, Hotspot, RankedArea, Ring
from analytics.stages.alarms import ENOUGH
from geo.crs import to_store

EXCESS, BURDEN, DELAY = "excess", "burden", "delay"
ORDERS = (EXCESS, BURDEN, DELAY)


def body(run: Run, kind: str, category: str = "", res: int | None = None) -> Mapping[str, Any]:
    """The columns of one family; raises Finding.DoesNotExist when the run has none such."""
    return Finding.objects.get(run=run, kind=kind, category=category, res=res).body


def ranked_areas(run: Run, order: str = EXCESS) -> tuple[RankedArea, ...]:
    """Neighborhoods by median rank; none where this order was not made (delay without known waits)."""
    return _ranked(run, None, order)


def ranked_cells(run: Run, res: int, order: str = EXCESS) -> tuple[RankedArea, ...]:
    """Cells of one resolution by median rank; none where this order was not made."""
    return _ranked(run, res, order)


def _ranked(run: Run, res: int | None, order: str) -> tuple[RankedArea, ...]:
    family = Finding.objects.filter(run=run, kind="ranking", res=res).first()
    columns = family.body[order] if family else None
    if family is None or columns is None:
        return ()
    rows = [_ranked_unit(family.body, order, i, res) for i in range(len(family.body["ids"]))]
    return tuple(sorted(rows, key=lambda r: (r.rank, -r.score, r.subject)))


def _ranked_unit(body: Mapping[str, Any], order: str, i: int, res: int | None) -> RankedArea:
    columns = body[order]
    return RankedArea(
        subject=body["ids"][i],
        name=body["names"][i],
        res=res,
        observed=body["observed"][i],
        expected=body["expected"][i],
        ratio=body[EXCESS]["score"][i],
        rank=columns["rank"][i],
        rank_low=columns["rank_low"][i],
        rank_high=columns["rank_high"][i],
        of=body["of"],
        p_top=columns["p_top"][i],
        order=order,
        score=columns["score"][i],
        score_low=columns["score_low"][i],
        score_high=columns["score_high"][i],
        k=body["k"],
        tier=columns["tier"][i],
        grade=columns["grade"][i],
        decided=tuple(columns["decided"][i]),
        interval=body["interval"],
    )


def hotspots(run: Run, res: int = 9, category: str | None = None) -> tuple[Hotspot, ...]:
    """Cells at or below the run's q level, strongest first."""
    families = Finding.objects.filter(run=run, kind="counts", res=res).order_by("category")
    if category is not None:
        families = families.filter(category=category)
    found = [spot for family in families for spot in _hot(run, family, _kinds(run, family.category, res))]
    return tuple(sorted(found, key=lambda h: (h.q, -h.ratio, h.category, h.cell)))


def _hot(run: Run, family: Finding, kinds: Mapping[str, str]) -> list[Hotspot]:
    b, level, least = family.body, run.parameters["q_level"], run.parameters["least_observed"]
    rows = [i for i, q in enumerate(b["q"]) if q <= level and b["ring_observed"][i] >= least]
    return [
        Hotspot(
            cell=b["ids"][i],
            res=family.res,
            category=family.category,
            observed=b["ring_observed"][i],
            expected=b["ring_expected"][i],
            ratio=b["ring_ratio"][i],
            q=b["q"][i],
            model=b["model"],
            hot_at=b["hot_at"][i],
            hot_of=b["hot_of"][i],
            change=kinds.get(b["ids"][i], ""),
        )
        for i in rows
    ]


def _kinds(run: Run, category: str, res: int) -> dict[str, str]:
    """The class of change of each cell that has one; none at resolutions where change is not asked for."""
    family = Finding.objects.filter(run=run, kind="change", category=category, res=res).first()
    if family is None:
        return {}
    pairs = zip(family.body["ids"], family.body["kind"], strict=True)
    return {cell: kind for cell, kind in pairs if kind}


def clusters(run: Run) -> tuple[Cluster, ...]:
    """Clumps of all categories, each with the q of the exposure test, smallest q first."""
    found = [
        Cluster(
            category=family.category,
            n=c["n"],
            centre=_degrees([[c["x"], c["y"]]])[0],
            radius_m=c["radius_m"],
            hull=_degrees(c["hull"]),
            q=c["q"],
            ratio=c["ratio"],
            quarters_held=c["quarters_held"],
            quarters=len(c["quarters"]),
        )
        for family in Finding.objects.filter(run=run, kind="clusters").order_by("category")
        for c in family.body["clusters"]
    ]
    return tuple(sorted(found, key=lambda c: (c.q, -c.n, c.category, c.centre)))


def alarms(run: Run) -> AlarmsWatched:
    """Circles that stood out in the newest weeks, smallest p first, and how many categories were watched for them."""
    families = list(Finding.objects.filter(run=run, kind="alarms").order_by("category"))
    found = [_alarm(family, circle) for family in families for circle in family.body["alarms"]]
    answers = {family.category: family.body["answer"] for family in families}
    return AlarmsWatched(
        alarms=tuple(sorted(found, key=lambda a: (a.p, -(a.ratio or 0), a.category, a.centre))),
        scanned=sum(answer == ENOUGH for answer in answers.values()),
        weeks=max((family.body["weeks"] for family in families), default=0),
        answers=answers,
    )


def _alarm(family: Finding, circle: Mapping[str, Any]) -> Alarm:
    return Alarm(
        category=family.category,
        centre=_degrees([[circle["x"], circle["y"]]])[0],
        radius_m=circle["radius_m"],
        cells=tuple(circle["cells"]),
        res=family.res,
        observed=circle["observed"],
        expected=circle["expected"],
        ratio=circle["ratio"],
        p=circle["p"],
        weeks=family.body["weeks"],
    )


def map_check(run: Run) -> MapCheck | None:
    """Whether a map like this run's foretold the last weeks; None where it was not asked."""
    family = Finding.objects.filter(run=run, kind="check").first()
    if family is None:
        return None
    b = family.body
    rows = [{name: b[name][i] for name in Foretold.__dataclass_fields__} for i in range(len(b["category"]))]
    return MapCheck(
        answer=b["answer"],
        weeks_before=b["weeks_before"],
        weeks_after=b["weeks_after"],
        res=family.res,
        cells=b["cells"],
        area_km2=b["area_km2"],
        rows=tuple(Foretold(**row) for row in rows),
    )


def _degrees(metres: list[list[float]]) -> Ring:
    lng, lat = to_store([p[0] for p in metres], [p[1] for p in metres], settings.CITY.metric_crs)
    return tuple((round(float(a), 6), round(float(b), 6)) for a, b in zip(lng, lat, strict=True))


def exposure_used(run: Run) -> dict[str, str]:
    """Which kind of exposure each category was divided by."""
    families = Finding.objects.filter(run=run, kind="counts", res=9).order_by("category")
    return {f.category: f.body["exposure"] for f in families}
