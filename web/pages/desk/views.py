"""Saved views: filters of the queue under a name of one's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from issues.deskqueue import ME, NOBODY
from issues.keeping import NotKeptError, drop_view, keep_view
from issues.models import SavedView
from web.pages.desk.asked import Asked, DeskForm


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filters sent, as far as they are valid ones, or forget a view of one's own."""
    if request.POST.get("act") == "drop":
        key = request.POST.get("view", "")
        if key.isascii() and key.isdigit() and len(key) < 12:
            drop_view(by=request.user, key=int(key))
        return _back("", "view-dropped")
    query = DeskForm(QueryDict(request.POST.get("query", "")), request.actor).asked.query
    try:
        keep_view(by=request.user, name=request.POST.get("name", ""), query=query)
    except NotKeptError:
        return _back(query, "view-refused")
    return _back(query, "view-kept")


def _back(query: str, told: str) -> HttpResponse:
    whole = urlencode([*parse_qsl(query), ("told", told)])
    return HttpResponseRedirect(f"{reverse('desk')}?{whole}#done", status=303)


def offered(request: HttpRequest, asked: Asked) -> list[dict[str, Any]]:
    """The views that everybody has, and one's own; each a link that asks the same question."""
    standard = [
        (gettext("Everything open"), {}),
        (gettext("Mine"), {"person": ME}),
        (gettext("Nobody's yet"), {"person": NOBODY}),
        (gettext("Disputed"), {"disputed": "1"}),
        (gettext("Repeat places"), {"repeat": "1"}),
    ]
    own = [(view.name, view.query, view.pk) for view in SavedView.objects.filter(user=request.user.pk)]
    rows = [(name, urlencode(values), 0) for name, values in standard] + own
    return [
        {
            "name": name,
            "pk": pk,
            "url": f"{reverse('desk')}?{query}" if query else reverse("desk"),
            "current": query == asked.query,
        }
        for name, query, pk in rows
    ]


urlpatterns = [path("desk/views/", keep, name="desk-views")]
