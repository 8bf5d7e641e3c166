"""A ListeningReport as one long tidy table: every number on a row of its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analytics.results import Answered, ListeningReport, Period, RankedArea, Theme
from maps.layers import letters
from web.spreadsheets import guarded

COLUMNS = ("section", "key", "category", "value", "low", "high", "n", "period", "unit")

Value = int | float | str | None


@dataclass(frozen=True)
class Row:
    """One number. `low` and `high` bound it, `n` is what it was counted from, `unit` says of what it is.

    (section, key, category, period) is unique in a table. A number that may not be shown has no value and the unit
    `withheld`; one that is not known has no value and keeps its unit.
    """

    section: str
    key: str
    category: str = ""
    value: Value = None
    low: Value = None
    high: Value = None
    n: Value = None
    period: str = ""
    unit: str = ""


def table(report: ListeningReport) -> bytes:
    """The table as CSV: UTF-8, commas, a point in decimals whatever the language, so that programs read it too."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows(report):
        writer.writerow(_cell(getattr(row, name)) for name in COLUMNS)
    return text.getvalue().encode()


def rows(report: ListeningReport) -> Iterator[Row]:
    """Every number of a report, section by section in the order of its pages."""
    now, before = _days(report.period), _days(report.previous) if report.previous else ""
    yield from _about(report)
    for row in _numbers(report, before):
        yield replace(row, period=row.period or now)


def _numbers(report: ListeningReport, before: str) -> Iterator[Row]:
    yield Row("heard", "issues", value=report.issues, unit="issues")
    yield Row("heard", "incidents", value=report.incidents, unit="incidents")
    if report.previous:
        unit = "incidents" if report.incidents_before is not None else "withheld"
        yield Row("heard", "incidents", value=report.incidents_before, period=before, unit=unit)
    yield Row("heard", "city_incidents", value=report.city_incidents, unit="incidents")
    yield Row("heard", "default_pins_left_out", value=report.default_pins_left_out, unit="issues")
    for theme in report.themes:
        yield from _theme(theme, report.incidents, before)
    for cell in report.cells:
        if cell.withheld:
            yield Row("cells", cell.cell, unit="withheld")
        else:
            yield Row("cells", cell.cell, value=cell.n, unit="incidents")
    yield from _hotspots(report)
    yield from _clusters(report)
    yield from _answered("answered", report.answered)
    yield from _answered("answered_city", report.answered_city)
    if report.ranking is not None:
        yield from _ranking(report.ranking)


def _about(report: ListeningReport) -> Iterator[Row]:
    held, run = report.boundary, report.run
    facts = {
        "city": report.city,
        "neighborhood": report.neighborhood,
        "name": report.name,
        "synthetic": str(report.synthetic).lower(),
        "boundary_layer": held.layer,
        "boundary_valid_from": held.valid_from,
        "boundary_authority": held.authority,
        "boundary_licence": held.licence,
        "boundary_source": held.source,
        "boundary_digest": held.digest,
        "boundary_approximate": str(held.approximate).lower(),
        "run": run.id,
        "seed": run.seed,
        "code_version": run.code_version,
        "input_digest": run.input_digest,
        "findings_digest": run.findings_digest,
    }
    yield from (Row("about", key, value=value, unit="text") for key, value in facts.items())
    yield Row("about", "area_km2", value=report.area_km2, unit="km2")
    yield Row("about", "threshold", value=report.threshold, unit="people")
    yield from (Row("doubts", code, value=1, unit="yes") for code in report.doubts)
    yield from (
        Row("exposure", "kind", category, kind, unit="text") for category, kind in sorted(report.exposure.items())
    )


def _theme(theme: Theme, total: int, before: str) -> Iterator[Row]:
    if theme.withheld:
        yield Row("themes", "incidents", theme.category, unit="withheld")
        yield Row("themes", "share", theme.category, unit="withheld")
    else:
        yield Row("themes", "incidents", theme.category, theme.n, n=total, unit="incidents")
        yield Row(
            "themes", "share", theme.category, theme.share, theme.share_low, theme.share_high, total, unit="share"
        )
    if before:
        unit = "incidents" if theme.n_before is not None else "withheld"
        yield Row("themes", "incidents", theme.category, theme.n_before, period=before, unit=unit)


def _hotspots(report: ListeningReport) -> Iterator[Row]:
    for spot in report.hotspots:
        n = spot.observed
        yield Row("hotspots", f"{spot.cell}:observed", spot.category, spot.observed, n=n, unit="incidents")
        yield Row("hotspots", f"{spot.cell}:expected", spot.category, spot.expected, n=n, unit="incidents")
        yield Row("hotspots", f"{spot.cell}:ratio", spot.category, spot.ratio, n=n, unit="ratio")
        yield Row("hotspots", f"{spot.cell}:q", spot.category, spot.q, n=n, unit="q")


def _clusters(report: ListeningReport) -> Iterator[Row]:
    for i, found in enumerate(report.clusters):
        label, (lng, lat) = letters(i), found.centre
        measures: tuple[tuple[str, Value, str], ...] = (
            ("incidents", found.n, "incidents"),
            ("ratio", found.ratio, "ratio"),
            ("q", found.q, "q"),
            ("lng", lng, "degrees"),
            ("lat", lat, "degrees"),
            ("radius_m", found.radius_m, "m"),
        )
        for name, value, unit in measures:
            yield Row("clusters", f"{label}:{name}", found.category, value, n=found.n, unit=unit)


def _answered(section: str, answered: Answered) -> Iterator[Row]:
    n = answered.opened
    yield Row(section, "opened", value=n, n=n, unit="incidents")
    yield Row(section, "closed", value=answered.closed, n=n, unit="incidents")
    yield Row(section, "still_open", value=answered.still_open, n=n, unit="incidents")
    low, high = answered.median_low, answered.median_high
    yield Row(section, "median_days", value=answered.median_days, low=low, high=high, n=n, unit="days")


def _ranking(found: RankedArea) -> Iterator[Row]:
    n = found.observed
    yield Row("ranking", "rank", value=found.rank, low=found.rank_low, high=found.rank_high, n=n, unit="rank")
    yield Row("ranking", "of", value=found.of, n=n, unit="areas")
    yield Row("ranking", "observed", value=found.observed, n=n, unit="incidents")
    yield Row("ranking", "expected", value=found.expected, n=n, unit="incidents")
    yield Row("ranking", "ratio", value=found.ratio, n=n, unit="ratio")
    yield Row("ranking", "p_top", value=found.p_top, n=n, unit="probability")


def _days(period: Period) -> str:
    return f"{period.since}/{period.until}"


def _cell(value: Value) -> Value:
    return "" if value is None else guarded(value)


def read(data: bytes) -> Iterable[dict[str, str]]:
    """The rows of a table as text."""
    return csv.DictReader(io.StringIO(data.decode(), newline=""))
