"""What became of requests, step by step: the extension that FixMyStreet reads (servicerequestupdates)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from issues.models import StatusChange
from web.api.open311.asking import Values, page
from web.api.open311.finding import changes
from web.api.open311.formats import answer
from web.api.open311.paging import headers, keys_of
from web.api.open311.resource import answering
from web.api.open311.telling import updates_of

ROOT = "service_request_updates"


def _updates(request: HttpRequest, wanted: str, values: Values) -> HttpResponse:
    asked, now = page(values), timezone.now()
    steps, pinned = changes(values, now)
    total, keys = keys_of(steps, asked)
    told = updates_of(StatusChange.objects.filter(pk__in=keys).order_by("at", "pk"))
    return answer(wanted, ROOT, told, headers=headers(request, asked, total, pinned))


updates = answering(_updates)
