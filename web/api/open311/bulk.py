"""All public requests of one month as a table: GeoReport Bulk, for who would have to turn many pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from issues.models import Issue
from web.api.open311.asking import Values
from web.api.open311.finding import month_of, public
from web.api.open311.resource import answering
from web.api.open311.telling import Request, requests_of
from web.api.problems import RefusedError
from web.api.throttling import EXPORTS
from web.spreadsheets import guarded

COLUMNS = (
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
)
AT_ONCE = 500
KIND = "text/csv; charset=utf-8"


def _month(request: HttpRequest, wanted: str, values: Values, month: str) -> HttpResponse:
    try:
        first, after = month_of(month)
    except ValueError:
        raise RefusedError(404, f"there is no month {month}") from None
    if request.method == "HEAD":
        return HttpResponse(content_type=KIND)
    keys = list(public().during(first, after).order_by("opened_at", "pk").values_list("pk", flat=True))
    told = {"Content-Disposition": f'attachment; filename="requests-{month}.csv"'}
    return StreamingHttpResponse(_lines(keys), content_type=KIND, headers=told)


def _lines(keys: Sequence[int]) -> Iterator[bytes]:
    """The table in pieces, so that no month is ever held as a whole."""
    yield _written([COLUMNS])
    for start in range(0, len(keys), AT_ONCE):
        part = keys[start : start + AT_ONCE]
        told = requests_of(Issue.objects.public().filter(pk__in=part).order_by("opened_at", "pk"))
        yield _written([_row(request) for request in told])


def _row(request: Request) -> list[Any]:
    closed = request["status"] == "closed"
    more = {
        "closed_date": request["updated_datetime"] if closed else None,
        "status_description": request["status"],
        "source": None,
        "service_subtype": None,
    }
    told = request | more
    return ["" if told[name] is None else guarded(told[name]) for name in COLUMNS]


def _written(rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


month = answering(_month, policy=EXPORTS)
