"""Exports: all public issues of a question in one file, streamed out of the database as it is read."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path

from geo.parquet_out import geoparquet
from issues.models import Issue
from issues.naming import tracking_number
from issues.publishing import columns, members
from web.api import filters
from web.api.listing import More, page_address, written_rows
from web.api.rendering import GEOJSON, Format
from web.api.resource import Resource
from web.api.schema import described
from web.api.shapes import POINT, collection_of
from web.api.throttling import EXPORTS
from web.pages import shown
from web.spreadsheets import guarded

CSV = Format("csv", "text/csv; charset=utf-8")
PARQUET = Format("parquet", "application/vnd.apache.parquet")
TAKES = (*filters.WHAT, *filters.WHERE)
ROWS_AT_ONCE = 2_000
# Who reads nothing for so long holds the row of an old snapshot no longer.
STALLED_S = 60
# Columns of tables that are not text.
_DAYS, _FLAGS = ("opened_on", "promised_on", "closed_on"), ("text_waits", "default_pin")
_KINDS = dict.fromkeys(_DAYS, "day") | dict.fromkeys(_FLAGS, "flag")


class Export(Resource):
    """One file; the same filters as the list, and as many rows as its total says."""

    takes, policy = TAKES, EXPORTS
    kind: Format

    def parts(self, rows: QuerySet[Issue]) -> Iterator[bytes]:
        """The bytes of these rows."""
        raise NotImplementedError

    def answer(self, request: HttpRequest) -> HttpResponse:
        chosen = shown.current_set()
        rows = shown.rows(filters.asked(self.given, chosen), chosen)
        return streamed(request, self.parts(rows), self.kind, f"issues.{self.kind.name}")


def exported(operation: str, summary: str, kind: Format, shape: Any) -> Callable[[Any], Any]:
    return described(operation, summary, {(200, kind.content_type): shape}, takes=TAKES, cached=False)


class AsCsv(Export):
    """A table for spreadsheets."""

    kind = CSV

    def parts(self, rows: QuerySet[Issue]) -> Iterator[bytes]:
        return csv_of(rows)

    @exported("exportIssuesCsv", "All issues of a question as CSV", CSV, str)
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)


class AsGeoJson(Export):
    """For maps."""

    kind = GEOJSON

    def parts(self, rows: QuerySet[Issue]) -> Iterator[bytes]:
        return features_of(rows)

    @exported("exportIssuesGeoJson", "All issues of a question as GeoJSON", GEOJSON, collection_of(POINT))
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)


class AsParquet(Export):
    """For analysis (GeoParquet)."""

    kind = PARQUET

    def parts(self, rows: QuerySet[Issue]) -> Iterator[bytes]:
        return parquet_of(rows)

    @exported("exportIssuesParquet", "All issues of a question as GeoParquet", PARQUET, bytes)
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)


def streamed(request: HttpRequest, parts: Iterable[bytes], kind: Format, name: str = "") -> HttpResponse:
    """A body that is made while it is sent, read at one moment of the database."""
    if request.method == "HEAD":
        return HttpResponse(content_type=kind.content_type)
    response = StreamingHttpResponse(one_moment(parts), content_type=kind.content_type)
    response["Cache-Control"] = "public, no-cache"
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def one_moment(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Read inside one transaction, whose cursor stays with the server."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL idle_in_transaction_session_timeout = '{STALLED_S}s'")
        yield from parts


def in_blocks(texts: Iterable[str], size: int = 64 * 1024) -> Iterator[bytes]:
    """Texts put together to blocks worth sending."""
    held, letters = [], 0
    for text in texts:
        held.append(text)
        letters += len(text)
        if letters >= size:
            yield "".join(held).encode()
            held, letters = [], 0
    yield "".join(held).encode()


def features_of(rows: QuerySet[Issue], more: More = None) -> Iterator[bytes]:
    """A GeoJSON FeatureCollection of issues, or of incidents with more members."""

    def texts() -> Iterator[str]:
        yield '{"type":"FeatureCollection","features":['
        between = ""
        for _day, text in written_rows(rows.order_by("pk"), GEOJSON, more, at_once=ROWS_AT_ONCE):
            yield f"{between}{text}"
            between = ",\n"
        yield "]}\n"

    return in_blocks(texts())


def names() -> list[str]:
    """The columns of tables."""
    return ["number", "url", "incident", *members(), "lng", "lat"]


def table(rows: QuerySet[Issue]) -> Iterator[Sequence[Any]]:
    """The rows of tables."""
    site = page_address()
    for key, incident, _day, *values in columns(rows.order_by("pk")).iterator(chunk_size=ROWS_AT_ONCE):
        number = tracking_number(key)
        of = number if incident == key else tracking_number(incident) if incident else None
        yield [number, f"{site}{number}/", of, *values]


def csv_of(rows: QuerySet[Issue]) -> Iterator[bytes]:
    """CSV with a heading; text that a spreadsheet would take for a formula stays text."""
    line = io.StringIO(newline="")
    writer = csv.writer(line, lineterminator="\r\n")

    def text_of(cells: Iterable[Any]) -> str:
        line.seek(0)
        line.truncate()
        writer.writerow(cells)
        return line.getvalue()

    return in_blocks(text_of(cells) for cells in chain([names()], (map(_cell, row) for row in table(rows))))


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else guarded(value)


def parquet_of(rows: QuerySet[Issue]) -> Iterator[bytes]:
    """GeoParquet with the same columns, the place as a point."""
    return geoparquet([(name, _KINDS.get(name, "text")) for name in names()[:-2]], table(rows))


urlpatterns = [
    path("issues.csv", AsCsv.as_view(), name="api-issues-csv"),
    path("issues.geojson", AsGeoJson.as_view(), name="api-issues-geojson"),
    path("issues.parquet", AsParquet.as_view(), name="api-issues-parquet"),
]
