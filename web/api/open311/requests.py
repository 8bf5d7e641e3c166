"""Requests as they stand: many by what is asked of them, one by its number."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from issues.models import Issue
from issues.naming import tracking_number
from web.api.open311.asking import Values, page, yes
from web.api.open311.finding import found, numbered, one
from web.api.open311.formats import answer
from web.api.open311.paging import headers, keys_of
from web.api.open311.posting import post
from web.api.open311.resource import answering
from web.api.open311.telling import Request, requests_of

ROOT = "service_requests"


def _many(request: HttpRequest, wanted: str, values: Values) -> HttpResponse:
    if numbers := values.several("service_request_id"):  # overrides everything else
        return answer(wanted, ROOT, _in_order(numbered(numbers), values))
    asked, now = page(values), timezone.now()
    issues, pinned = found(values, now)
    total, keys = keys_of(issues, asked)
    return answer(wanted, ROOT, _in_order(keys, values), headers=headers(request, asked, total, pinned))


def _one(request: HttpRequest, wanted: str, values: Values, number: str) -> HttpResponse:
    return answer(wanted, ROOT, _in_order([one(number)], values))


def _in_order(keys: list[int], values: Values) -> list[Request]:
    told = requests_of(Issue.objects.filter(pk__in=keys), extensions=yes(values, "extensions"))
    by_number = {request["service_request_id"]: request for request in told}
    return [by_number[number] for number in map(tracking_number, keys) if number in by_number]


many = answering(_many, post)
single = answering(_one)
