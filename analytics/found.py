"""A Run's findings as typed results, for reports, pages and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from analytics.models import Finding, Run
from analytics.results import Cluster, Hotspot, RankedArea, Ring
from geo.crs import to_store


def body(run: Run, kind: str, category: str = "", res: int | None = None) -> Mapping[str, Any]:
    """The columns of one family; raises Finding.DoesNotExist when the run has none such."""
    return Finding.objects.get(run=run, kind=kind, category=category, res=res).body


def ranked_areas(run: Run) -> tuple[RankedArea, ...]:
    """Neighborhoods by median rank."""
    return _ranked(run, None)


def ranked_cells(run: Run, res: int) -> tuple[RankedArea, ...]:
    """Cells of one resolution by median rank."""
    return _ranked(run, res)


def _ranked(run: Run, res: int | None) -> tuple[RankedArea, ...]:
    family = Finding.objects.filter(run=run, kind="ranking", res=res).first()
    if family is None:
        return ()
    b = family.body
    rows = [
        RankedArea(
            subject=b["ids"][i],
            name=b["names"][i],
            res=res,
            observed=b["observed"][i],
            expected=b["expected"][i],
            ratio=b["ratio"][i],
            rank=b["rank"][i],
            rank_low=b["rank_low"][i],
            rank_high=b["rank_high"][i],
            of=b["of"],
            p_top=b["p_top"][i],
        )
        for i in range(len(b["ids"]))
    ]
    return tuple(sorted(rows, key=lambda r: (r.rank, -r.ratio, r.subject)))


def hotspots(run: Run, res: int = 9, category: str | None = None) -> tuple[Hotspot, ...]:
    """Cells at or below the run's q level, strongest first."""
    families = Finding.objects.filter(run=run, kind="counts", res=res).order_by("category")
    if category is not None:
        families = families.filter(category=category)
    level = run.parameters["q_level"]
    least = run.parameters["least_observed"]
    found = [
        Hotspot(
            cell=b["ids"][i],
            res=res,
            category=family.category,
            observed=b["ring_observed"][i],
            expected=b["ring_expected"][i],
            ratio=b["ring_ratio"][i],
            q=b["q"][i],
            model=b["model"],
        )
        for family in families
        for b in [family.body]
        for i, q in enumerate(b["q"])
        if q is not None and q <= level and b["ring_observed"][i] >= least
    ]
    return tuple(sorted(found, key=lambda h: (h.q, -h.ratio, h.category, h.cell)))


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
        )
        for family in Finding.objects.filter(run=run, kind="clusters").order_by("category")
        for c in family.body["clusters"]
    ]
    return tuple(sorted(found, key=lambda c: (c.q, -c.n, c.category, c.centre)))


def _degrees(metres: list[list[float]]) -> Ring:
    lng, lat = to_store([p[0] for p in metres], [p[1] for p in metres], settings.CITY.metric_crs)
    return tuple((round(float(a), 6), round(float(b), 6)) for a, b in zip(lng, lat, strict=True))


def exposure_used(run: Run) -> dict[str, str]:
    """Which kind of exposure each category was divided by."""
    families = Finding.objects.filter(run=run, kind="counts", res=9).order_by("category")
    return {f.category: f.body["exposure"] for f in families}
