"""Atom feeds: of all that a filter asks for, of a neighborhood, of ground on the map, of the course of one issue.

Only what anybody may see, never a sensitive subject, always the public point and the public words.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.gis.feeds import GeoAtom1Feed
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Max, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.html import escape
from django.utils.http import http_date
from django.utils.translation import get_language, gettext
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe
from shapely.geometry import Polygon

from geo.drawn import GroundError, area, circle, corners_of
from issues.models import Issue, StatusChange
from issues.naming import issue_of, step_name, tracking_number
from neighborhoods.models import Category, Neighborhood
from web.pages import shown
from web.pages.course import reason_words, state_words, who_words
from web.pages.filters import Asked, FilterForm
from web.pages.wishes import FURTHEST_M, NEAREST_M, ground_words
from web.spoken import spoken

NEWEST = 50
FRESH_S = 300
# What XML 1.0 cannot hold, however it is escaped; sources hold such signs now and then.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class WrongQuestionError(ValueError):
    """Parameters that cannot be; the message is for people and repeats nothing of them."""


class Feed(GeoAtom1Feed):
    """Atom with a point for each entry; without entries it was last changed when the day began, not just now."""

    def latest_post_date(self) -> dt.datetime:
        if not self.items:
            return dt.datetime.combine(timezone.localdate(), dt.time.min, settings.CITY.zone)
        return max(item["updateddate"] for item in self.items)


@require_safe
@gzip_page
def of_issues(request: HttpRequest) -> HttpResponse:
    """The newest issues of a filter, and of the ground within `radius_m` of `lng`, `lat` or of the corners `area`."""
    form = FilterForm(request.GET)
    try:
        if not form.is_valid():
            raise WrongQuestionError(gettext("This filter names something that is not on its list."))
        ground, said = _ground(request)
    except WrongQuestionError as problem:
        return HttpResponse(f"{problem}\n", status=400, content_type="text/plain; charset=utf-8")
    asked = form.asked
    query = "&".join(part for part in (asked.query, urlencode(said)) if part)
    feed = _feed(gettext("Issues"), _with(reverse("issues"), asked.query), _with(reverse("feed-issues"), query))
    _add_issues(feed, shown.listed(asked, None, None, NEWEST).issues if ground is None else _within(asked, ground))
    return _answer(request, feed)


@require_safe
@gzip_page
def of_neighborhood(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest issues of a neighborhood, whatever its boundary was on their day."""
    named = list(Neighborhood.objects.ever(settings.CITY.primary_layer, [slug]).values_list("pk", "name"))
    if not named:
        raise Http404(f"no neighborhood is called {slug}")
    title = gettext("Issues in %(area)s") % {"area": named[-1][1]}
    feed = _feed(title, reverse("neighborhood", args=[slug]), reverse("feed-neighborhood", args=[slug]))
    _add_issues(feed, _newest(_matching(Asked()).filter(neighborhood__in=[pk for pk, _name in named])))
    return _answer(request, feed)


@require_safe
@gzip_page
def of_issue(request: HttpRequest, number: str) -> HttpResponse:
    """The course of one public issue, step by step."""
    issue = issue_of(number)
    if issue is None or issue.hidden or issue.category.sensitive:
        raise Http404(f"no public issue has the number {number}")
    own = tracking_number(issue.pk)
    page = reverse("issue", args=[own])
    title = gettext("Issue %(number)s: %(subject)s") % {"number": own, "subject": issue.category.name()}
    feed = _feed(title, page, reverse("feed-issue", args=[own]))
    for step in issue.history.select_related("by").order_by("-at", "-pk")[:NEWEST]:
        feed.add_item(
            title=f"{own}: {state_words(step.state)}",
            link=f"{_absolute(page)}#course",
            description=_said(who_words(step), reason_words(step)),
            unique_id=_tag(f"issues/{own}/{step_name(step)}"),
            pubdate=step.at,
            updateddate=step.at,
            geometry=issue.public_point.coords,
        )
    return _answer(request, feed)


def _ground(request: HttpRequest) -> tuple[Polygon | None, dict[str, str]]:
    """The ground asked for, if any, and the parameters that say so. Raises WrongQuestionError."""
    given = {name: request.GET[name] for name in ("lng", "lat", "radius_m", "area") if name in request.GET}
    if not given:
        return None, {}
    if set(given) not in ({"area"}, {"lng", "lat", "radius_m"}):
        raise WrongQuestionError(gettext("Ground is lng, lat and radius_m together, or an area alone."))
    try:
        return _drawn(given), given
    except GroundError as problem:
        raise WrongQuestionError(ground_words(problem)) from None


def _drawn(given: dict[str, str]) -> Polygon:
    if "area" in given:
        return area(corners_of(given["area"], ";"), settings.CITY.bbox, settings.CITY.metric_crs)
    try:
        lng, lat, radius_m = (float(given[name]) for name in ("lng", "lat", "radius_m"))
    except ValueError:
        raise GroundError("not-a-number") from None
    if not NEAREST_M <= radius_m <= FURTHEST_M:
        raise WrongQuestionError(gettext("The radius is from 100 to 2,000 metres."))
    return circle(lng, lat, radius_m, settings.CITY.bbox, settings.CITY.metric_crs)


def _matching(asked: Asked) -> QuerySet[Issue]:
    """Public issues of a filter; of sensitive subjects there are none (decision 8)."""
    wanted = [asked.category] if asked.category else Category.objects.all()
    plain = [c for c in wanted if not c.sensitive]
    return Issue.objects.public().asked(asked.filters(plain)) if plain else Issue.objects.none()


def _within(asked: Asked, ground: Polygon) -> list[Issue]:
    # Of subjects that are not sensitive the true point is the public one, and it has the index.
    return _newest(_matching(asked).filter(point__coveredby=GEOSGeometry(memoryview(ground.wkb), srid=4326)))


def _newest(found: QuerySet[Issue]) -> list[Issue]:
    rows = found.select_related("category", "neighborhood").defer("neighborhood__geometry", "answers", "words")
    return list(rows.order_by("-opened_on", "-pk")[:NEWEST])


def _add_issues(feed: Feed, issues: Sequence[Issue]) -> None:
    """Each issue, with the day of its last step."""
    steps = StatusChange.objects.filter(issue__in=[i.pk for i in issues])
    changed = dict(steps.values_list("issue").annotate(Max("at")).order_by())
    for issue in issues:
        feed.add_item(**_entry(issue, changed.get(issue.pk, issue.opened_at)))


def _entry(issue: Issue, changed: dt.datetime) -> dict[str, Any]:
    number = tracking_number(issue.pk)
    area_name = issue.neighborhood.name if issue.neighborhood else gettext("outside every neighbourhood")
    address = issue.public_address
    where = address if area_name in address else ", ".join(part for part in (address, area_name) if part)
    return {
        "title": _speakable(f"{issue.category.name()}: {where}"),
        "link": _absolute(reverse("issue", args=[number])),
        "description": _said(f"{number}, {state_words(issue.state)}.", issue.public_title, issue.public_text),
        "unique_id": _tag(f"issues/{number}"),
        "pubdate": issue.opened_at,
        "updateddate": max(changed, issue.opened_at),
        "categories": [issue.category.name()],
        "geometry": issue.public_point.coords,
    }


def _feed(title: str, page: str, own: str) -> Feed:
    site = f"Ascult {spoken(settings.CITY.name)}"
    address = _absolute(own)
    return Feed(
        title=f"{site}: {title}",
        link=_absolute(page),
        description="",
        language=get_language() or "",
        author_name=site,
        feed_url=address,
        feed_guid=address,
    )


def _answer(request: HttpRequest, feed: Feed) -> HttpResponse:
    body = feed.writeString("utf-8").encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    changed = int(feed.latest_post_date().timestamp())
    response = HttpResponse(body, content_type=feed.content_type)
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    response["Cache-Control"] = f"public, max-age={FRESH_S}"
    return get_conditional_response(request, etag=etag, last_modified=changed, response=response) or response


def _said(*parts: str) -> str:
    """Plain words as the escaped HTML that a summary is read as."""
    return "<br>".join(escape(_speakable(line)) for line in _lines(parts))


def _lines(parts: Iterable[str]) -> list[str]:
    return [line for part in parts if part for line in part.splitlines()]


def _speakable(text: str) -> str:
    return _UNSPEAKABLE.sub("", text)


def _with(page: str, query: str) -> str:
    return f"{page}?{query}" if query else page


def _absolute(page: str) -> str:
    return f"{settings.SITE_URL}{page}"


def _tag(name: str) -> str:
    """A name that stays, in whatever language and however the page is reached (RFC 4151)."""
    return f"tag:{urlsplit(settings.SITE_URL).hostname},2026:{name}"


urlpatterns = [
    path("feeds/issues.atom", of_issues, name="feed-issues"),
    path("feeds/neighborhoods/<slug:slug>.atom", of_neighborhood, name="feed-neighborhood"),
    path("feeds/issues/<str:number>.atom", of_issue, name="feed-issue"),
]
