"""Pages of a list, and what is told of them beside it: how many rows there are, and where the next ones stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Window
from django.http import HttpRequest

from web.api.listing import absolute
from web.api.open311.asking import Page


def keys_of(rows: QuerySet, asked: Page) -> tuple[int, list[int]]:
    """How many rows there are in all, and the keys of those on a page; both out of one look at them."""
    counted = rows.annotate(n=Window(Count("pk"))).values_list("pk", "n")
    found = list(counted[asked.offset : asked.offset + asked.size])
    total = found[0][1] if found else rows.count() if asked.number > 1 else 0
    return total, [key for key, _n in found]


def headers(request: HttpRequest, asked: Page, total: int, pinned: Mapping[str, dt.datetime]) -> dict[str, str]:
    """Counts under the names that others use, and links to the pages beside this one.

    A link holds the times of this answer (`pinned`): what is reported while somebody turns pages shifts none of them.
    """
    pages = -(-total // asked.size)
    told = {
        "X-Result-Count": str(total),
        "X-Page-Count": str(pages),
        "X-Page-Size": str(asked.size),
    }
    beside = {"prev": asked.number - 1, "next": asked.number + 1}
    links = [
        f'<{_address(request, asked, number, pinned)}>; rel="{name}"'
        for name, number in beside.items()
        if 1 <= number <= pages
    ]
    return told | ({"Link": ", ".join(links)} if links else {})


def _address(request: HttpRequest, asked: Page, number: int, pinned: Mapping[str, dt.datetime]) -> str:
    kept = [(name, value) for name, values in request.GET.lists() for value in values]
    turned = {"page": number, "page_size": asked.size, **{name: at.isoformat() for name, at in pinned.items()}}
    query = [(name, value) for name, value in kept if name not in turned] + list(turned.items())
    return f"{absolute(request.path)}?{urlencode(query)}"
