"""Issues as GeoReport tells them: what anybody may see of each, in the language of the request.

Of a sensitive subject that is what its own page shows: where about, in which week, how it stands.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from issues.models import Issue, Photo, StatusChange
from issues.naming import step_name, tracking_number
from issues.rules import CLOSED, PhotoState, State
from neighborhoods.models import Neighborhood
from web.api.listing import absolute, page_address
from web.pages.course import answers_for, local_day, reason_words, state_words, who_words
from web.pages.issue import answers_shown
from web.spoken import spoken

OPEN_WORD, CLOSED_WORD = "open", "closed"
LONGEST_DESCRIPTION = 4_000
PLACES = 6

Request = dict[str, Any]


@dataclass(frozen=True)
class Beside:
    """What is told of issues and stands elsewhere: their steps, photos, first issues of incidents, and their pages."""

    steps: Mapping[int, Sequence[StatusChange]]
    photos: Mapping[int, Sequence[Photo]]
    first: frozenset[int]
    pages: str


def requests_of(found: QuerySet[Issue], *, extensions: bool = False) -> list[Request]:
    """Issues in their order, each as a request; `extensions` adds what the standard has no field for."""
    named = Prefetch("neighborhood", Neighborhood.objects.defer("geometry"))
    issues = list(found.select_related("category").prefetch_related(named).defer("words", "point"))
    beside = _beside(issues, extensions)
    return [_request(issue, beside, extensions) for issue in issues]


def _beside(issues: Sequence[Issue], extensions: bool) -> Beside:
    keys = [issue.pk for issue in issues]
    shown = [issue.pk for issue in issues if not issue.category.sensitive]
    steps = StatusChange.objects.filter(issue__in=keys).select_related("by").order_by("at", "pk")
    photos = Photo.objects.filter(issue__in=shown, verdict=None, state=PhotoState.SHOWN)
    first = Issue.objects.public().filter(pk__in=[i.incident_id for i in issues if i.incident_id]) if extensions else ()
    return Beside(_by_issue(steps), _by_issue(photos), frozenset(issue.pk for issue in first), page_address())


def _by_issue(rows: Iterable[Any]) -> Mapping[int, list[Any]]:
    held: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        held[row.issue_id].append(row)
    return held


def _request(issue: Issue, beside: Beside, extensions: bool) -> Request:
    steps = beside.steps.get(issue.pk, [])
    photos = beside.photos.get(issue.pk, [])
    told = {
        "service_request_id": tracking_number(issue.pk),
        "status": status(issue.state),
        "status_notes": _status_notes(issue, steps),
        "service_name": issue.category.name(),
        "service_code": issue.category.slug,
        "description": _description(issue),
        "agency_responsible": answers_for(issue),
        "service_notice": _notice(issue),
        "requested_datetime": _at(issue, issue.opened_at),
        "updated_datetime": _at(issue, updated(issue, steps)),
        "expected_datetime": _expected(issue),
        "address": _address(issue),
        "address_id": None,
        "zipcode": None,
        "lat": None if issue.default_pin else round(issue.public_point.y, PLACES),
        "long": None if issue.default_pin else round(issue.public_point.x, PLACES),
        "media_url": _photo_address(photos[0]) if photos else None,
    }
    return told | _extended(issue, steps, photos, beside) if extensions else told


def status(state: str) -> str:
    """The standard knows two states; ours stands in the notes and in the extension."""
    return CLOSED_WORD if state in CLOSED else OPEN_WORD


def updated(issue: Issue, steps: Sequence[StatusChange]) -> dt.datetime:
    """When it was closed, else when it last took a step."""
    return issue.closed_at or max([issue.opened_at, *(step.at for step in steps)])


def zoned(at: dt.datetime) -> str:
    """A moment in the city's zone, to the second."""
    return at.astimezone(settings.CITY.zone).isoformat(timespec="seconds")


def _at(issue: Issue, at: dt.datetime) -> str:
    """Of a sensitive subject only the week is told: by its beginning."""
    if not issue.category.sensitive:
        return zoned(at)
    day = local_day(at)
    return _midnight(day - dt.timedelta(days=day.weekday()))


def _midnight(day: dt.date) -> str:
    return zoned(dt.datetime.combine(day, dt.time.min, settings.CITY.zone))


def _expected(issue: Issue) -> str | None:
    """The end of the day by which an answer was promised."""
    if issue.promised_on is None:
        return None
    return _at(issue, dt.datetime.combine(issue.promised_on, dt.time(23, 59, 59), settings.CITY.zone))


def _status_notes(issue: Issue, steps: Sequence[StatusChange]) -> str:
    """The state by its name, and the answer that was given with it."""
    last = steps[-1] if steps else None
    reason = "" if last is None or issue.category.sensitive else reason_words(last)
    return ": ".join(part for part in (state_words(issue.state), reason) if part)


def _description(issue: Issue) -> str | None:
    if issue.category.sensitive:
        return None
    said = "\n\n".join(part for part in (issue.public_title, issue.public_text) if part)
    if not said:
        return None
    return said if len(said) <= LONGEST_DESCRIPTION else f"{said[: LONGEST_DESCRIPTION - 1]}…"


def _notice(issue: Issue) -> str | None:
    if issue.category.sensitive:
        return gettext("This subject speaks of people, so only where it stands is shown.")
    return None


def _address(issue: Issue) -> str:
    """From the most to the least exact: address, neighborhood, city."""
    name = issue.neighborhood.name if issue.neighborhood else ""
    parts: list[str] = []
    for part in (issue.public_address, name, spoken(settings.CITY.name)):
        if part and part.casefold() not in ", ".join(parts).casefold():
            parts.append(part)
    return ", ".join(parts)


def _photo_address(photo: Photo, size: str = "full") -> str:
    return absolute(reverse("photo", kwargs={"photo": photo.pk, "size": size}))


def _extended(issue: Issue, steps: Sequence[StatusChange], photos: Sequence[Photo], beside: Beside) -> dict[str, Any]:
    """What the standard has no field for, under the names that others use."""
    area = issue.neighborhood
    discreet = issue.category.sensitive
    told: dict[str, Any] = {
        "state": issue.state,
        "state_name": state_words(issue.state),
        "neighborhood": area.slug if area else None,
        "neighborhood_name": area.name if area else None,
        "precision": None if discreet or issue.default_pin else issue.precision,
        "duplicate": issue.state == State.DUPLICATE,
        "parent_service_request_id": _parent(issue, beside.first),
        "url": f"{beside.pages}{tracking_number(issue.pk)}/",
        "photos": [_photo(photo) for photo in photos],
    }
    answered = [] if discreet else [_attribute(question, value) for question, value in answers_shown(issue)]
    return {"extended_attributes": told, "attributes": answered, "notes": [_note(issue, step) for step in steps]}


def _parent(issue: Issue, first: frozenset[int]) -> str | None:
    """The first report of the same thing, where this is a later one and anybody may see the first."""
    key = issue.incident_id
    if key is None or key == issue.pk or key not in first or issue.category.sensitive:
        return None
    return tracking_number(key)


def _photo(photo: Photo) -> dict[str, Any]:
    return {
        "media_url": _photo_address(photo),
        "small_url": _photo_address(photo, "small"),
        "width": photo.width,
        "height": photo.height,
    }


def _attribute(question: Any, value: str) -> dict[str, str]:
    names = dict(question.options)
    name = spoken(names[value]) if value in names else {"yes": gettext("yes"), "no": gettext("no")}.get(value, value)
    return {"code": question.id, "label": spoken(question.ask), "value": value, "name": name}


def _note(issue: Issue, step: StatusChange) -> dict[str, str]:
    discreet = issue.category.sensitive
    parts = [state_words(step.state)] + ([] if discreet else [who_words(step), reason_words(step)])
    return {
        "datetime": _at(issue, step.at),
        "type": step.state,
        "description": ". ".join(part.rstrip(".") for part in parts if part),
    }


def updates_of(steps: Iterable[StatusChange]) -> list[Request]:
    """Steps of issues that anybody may see, as service-request updates."""
    return [
        {
            "update_id": step_name(step),
            "service_request_id": tracking_number(step.issue_id),
            "status": status(step.state).upper(),
            "external_status_code": step.state,
            "updated_datetime": zoned(step.at),
            "description": reason_words(step) or state_words(step.state),
            "media_url": None,
        }
        for step in steps
    ]
