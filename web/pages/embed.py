"""A small map for other sites: the same filters and numbers, nothing else of the site, and no cookie."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from web.middleware import ContentSecurityPolicyMiddleware
from web.pages import shown
from web.pages.filters import Asked, PlaceForm
from web.pages.framing import opening
from web.pages.furniture import map_context
from web.reporting.sentences import issues

HEIGHT_PX = 480


@require_safe
@xframe_options_exempt
def embed(request: HttpRequest) -> HttpResponse:
    """The map, what it holds in words, and the way to the list. Any site may frame this address, and no other."""
    chosen = shown.current_set()
    form = PlaceForm(request.GET, chosen)
    asked = form.asked
    found = shown.areas(asked, chosen)
    values = {
        "form": form,
        "asked": asked,
        "total_said": shown.noted(issues(found.total), found.lacking),
        "list": _with(reverse("issues"), asked.query),
        "home": _with(reverse("home"), asked.full_query),
        "still": _with(reverse("live-still"), asked.query),
        "map_title": gettext("Map of issues"),
        **map_context(
            chosen,
            title=gettext("Map of issues"),
            source=reverse("live-cells"),
            areas=reverse("live-areas"),
            bounds=opening(asked, chosen),
        ),
    }
    response = render(request, "embed/page.html", values)
    response["Content-Security-Policy"] = _policy()
    return response


def snippet(asked: Asked) -> SafeString:
    """What to put on another site, as HTML."""
    return format_html(
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy"></iframe>',
        settings.SITE_URL + _with(reverse("embed"), asked.full_query),
        gettext("Map of issues"),
        HEIGHT_PX,
    )


def _policy() -> str:
    """The policy of every page, but for who may frame it."""
    usual = ContentSecurityPolicyMiddleware(lambda request: HttpResponse()).policy
    return usual.replace("frame-ancestors 'self'", "frame-ancestors *")


def _with(address: str, query: str) -> str:
    return f"{address}?{query}" if query else address


urlpatterns = [path("embed/", embed, name="embed")]
