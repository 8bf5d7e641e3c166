"""Issues: all that are public, the newest first; one with its course; and a new one."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from issues.counts import snapshot
from issues.models import Issue
from issues.models.issues import PRECISIONS, STATES
from issues.naming import issue_of, tracking_number
from issues.publishing import PLACES
from issues.rules import ModerationAct, PhotoState
from web.api import filters, paging
from web.api.creation import KEY, UUID4, Kept, Report, created
from web.api.listing import absolute, one, page, page_address, written_rows
from web.api.problems import RefusedError
from web.api.rendering import GEOJSON, JSON
from web.api.resource import Resource
from web.api.schema import NUMBER, described, in_path
from web.api.shapes import PAGE_HEAD, POINT, collection_of, feature_of, page_of
from web.pages import course, shown
from web.pages.issue import answers_shown

FORMATS = (JSON, GEOJSON)
NAMES = tuple(one.name for one in FORMATS)
TAKES = (*filters.WHAT, *filters.WHERE, "cursor", "page_size")


class IssueRow(serializers.Serializer):
    """An issue in a list. Days are local ones; of what nobody has looked at yet the text waits."""

    number = serializers.CharField()
    url = serializers.URLField(help_text="Its page for people.")
    incident = serializers.CharField(allow_null=True, help_text="Number of the first issue of the same thing.")
    category = serializers.CharField()
    state = serializers.ChoiceField(STATES)
    opened_on = serializers.DateField(allow_null=True)
    promised_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    area = serializers.CharField(allow_null=True)
    area_name = serializers.CharField(allow_null=True)
    address = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    text_waits = serializers.BooleanField()
    precision = serializers.ChoiceField(PRECISIONS)
    default_pin = serializers.BooleanField(help_text="The source gives no exact place.")
    source = serializers.CharField()
    source_id = serializers.CharField(allow_null=True)
    lng = serializers.FloatField()
    lat = serializers.FloatField()


class Step(serializers.Serializer):
    """One step of an issue's course."""

    state = serializers.ChoiceField(STATES)
    on = serializers.DateField(allow_null=True)
    who = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class OneIssue(IssueRow):
    """An issue by itself. Of a sensitive subject there is only where about it is, and the week."""

    sensitive = serializers.BooleanField()
    opened_week = serializers.CharField(help_text="ISO week of opening, as 2026-W10.")
    answers = serializers.DictField(child=serializers.CharField())
    photos = serializers.ListField(child=serializers.URLField())
    steps = Step(many=True)


class Issues(Resource):
    """The list, and where new ones are sent to."""

    takes, formats = TAKES, FORMATS

    @described(
        "listIssues",
        "Public issues, the newest first",
        {
            (200, JSON.content_type): page_of("IssuePage", IssueRow),
            (200, GEOJSON.content_type): collection_of(POINT, **PAGE_HEAD),
        },
        takes=TAKES,
        formats=NAMES,
        problems=(406,),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        size, after = paging.size_of(self.given.get("page_size", "")), paging.mark_of(self.given.get("cursor", ""))
        chosen = shown.current_set()
        asked = filters.asked(self.given, chosen)
        with snapshot():
            found = shown.walked(asked, chosen, after, size)
            return page(request, found, self.format, self.given, size)

    @described(
        "createIssue",
        "Report a problem, once for every key",
        {
            (201, JSON.content_type): Kept,
            (200, JSON.content_type): OpenApiResponse(Kept, "It came before; the same receipt."),
        },
        more=(
            OpenApiParameter(
                KEY,
                UUID4,
                OpenApiParameter.HEADER,
                required=True,
                description="A UUID (version 4), made when the report was written and kept with it.",
            ),
            OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[201], description="The issue."),
        ),
        problems=(403, 409, 410, 413, 415, 422),
        request={JSON.content_type: Report},
        cached=False,
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        return created(request)


class One(Resource):
    """One issue, by its tracking number."""

    formats = FORMATS

    @described(
        "getIssue",
        "One issue with its course",
        {(200, JSON.content_type): OneIssue, (200, GEOJSON.content_type): feature_of(POINT)},
        formats=NAMES,
        more=(in_path("number", NUMBER, "The tracking number."),),
        problems=(404, 406, 410),
    )
    def get(self, request: HttpRequest, number: str) -> HttpResponse:
        issue = issue_found(number)
        said = discreet(issue) if issue.category.sensitive else whole(issue)
        return one(request, said, self.format)


def issue_found(number: str) -> Issue:
    """The public issue of a number. Raises Http404, and RefusedError (410) for what a person has hidden."""
    issue = issue_of(number)
    if issue is None:
        raise Http404("No issue has this number.")
    if issue.waiting:
        raise Http404("This issue waits until a person has looked at it.")
    if issue.hidden:
        step = issue.moderation.filter(act=ModerationAct.HIDDEN).last()
        why = step.reason if step is not None and not issue.category.sensitive else ""
        raise RefusedError(410, f"This issue was hidden. {why}".strip())
    return issue


def whole(issue: Issue) -> dict[str, Any]:
    """All that anybody may see of an issue of a subject that is not sensitive."""
    ((_day, row),) = written_rows(Issue.objects.filter(pk=issue.pk), JSON)
    photos = issue.photos.filter(verdict=None, state=PhotoState.SHOWN).values_list("pk", flat=True)
    return {
        **json.loads(row),
        "sensitive": False,
        "opened_week": _week(issue.opened_on),
        "answers": {question.id: value for question, value in answers_shown(issue)},
        "photos": [absolute(reverse("photo", args=[photo, "full"])) for photo in photos],
        "steps": _steps(issue),
    }


def discreet(issue: Issue) -> dict[str, Any]:
    """What is told of an issue of a sensitive subject: where about, in which week, and where it stands."""
    number, area = tracking_number(issue.pk), issue.neighborhood
    nothing: dict[str, Any] = {
        "incident": None, "opened_on": None, "promised_on": None, "closed_on": None,
        "address": "", "title": "", "text": "", "text_waits": False,
        "source": "", "source_id": None, "answers": {}, "photos": [],
    }  # fmt: skip
    return nothing | {
        "number": number,
        "url": f"{page_address()}{number}/",
        "category": issue.category.slug,
        "state": issue.state,
        "area": area.slug if area else None,
        "area_name": area.name if area else None,
        "precision": issue.precision,
        "default_pin": issue.default_pin,
        "lng": round(issue.public_point.x, PLACES),
        "lat": round(issue.public_point.y, PLACES),
        "sensitive": True,
        "opened_week": _week(issue.opened_on),
        "steps": _steps(issue),
    }


def _steps(issue: Issue) -> list[dict[str, Any]]:
    """The course as the page tells it."""
    told = zip(issue.history.all(), course.steps(issue), strict=True)
    return [
        {"state": change.state, "on": step.iso or None, "who": step.who, "reason": step.reason} for change, step in told
    ]


def _week(day: dt.date) -> str:
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02}"


urlpatterns = [
    path("issues", Issues.as_view(), name="api-issues"),
    path("issues/<str:number>", One.as_view(), name="api-issue"),
]
