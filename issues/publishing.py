"""What anybody may read of many issues at once: built in the database, where Issue says it of one (public_text …).

Only for issues that are public and of no sensitive subject. A test holds both ways of saying it side by side.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db import models
from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import TruncDate

from issues.actions import OWN_SOURCE
from issues.models import Issue
from issues.rules import TextState

# Six decimals of a degree, as points are kept.
PLACES = 6


class JsonObject(Func):
    """json_build_object, as text."""

    function = "json_build_object"
    template = "%(function)s(%(expressions)s)::text"
    output_field = models.TextField()

    def __init__(self, members: Mapping[str, Combinable]) -> None:
        super().__init__(*(part for name, value in members.items() for part in (Value(name), value)))


class Degrees(Func):
    """ST_X or ST_Y of a point, to six decimals."""

    template = f"round(%(function)s(%(expressions)s)::numeric, {PLACES})::float8"
    output_field = models.FloatField()


def members() -> dict[str, Combinable]:
    """Every public member of an issue but its number, its incident's and its address on the site, by name."""
    plain = Q(category__sensitive=False)
    shown, edited = plain & Q(text_state=TextState.SHOWN), plain & Q(text_state=TextState.EDITED)
    return {
        "category": F("category__slug"),
        "state": F("state"),
        "opened_on": F("opened_on"),
        "promised_on": F("promised_on"),
        "closed_on": TruncDate("closed_at", tzinfo=settings.CITY.zone),
        "area": F("neighborhood__slug"),
        "area_name": F("neighborhood__name"),
        "address": _where(shown, "address"),
        "title": _where(shown, "title"),
        "text": Case(
            When(edited, then=F("edited_text")),
            When(shown, then=F("description")),
            default=Value(""),
            output_field=models.TextField(),
        ),
        "text_waits": _whether(Q(text_state=TextState.WITHHELD)),
        "precision": F("precision"),
        "default_pin": F("default_pin"),
        "source": F("source"),
        "source_id": Case(When(~Q(source=OWN_SOURCE), then=F("external_id"))),
    }


def place() -> dict[str, Combinable]:
    """The public place as two numbers."""
    return {"lng": Degrees("public_point", function="ST_X"), "lat": Degrees("public_point", function="ST_Y")}


KEYS = ("pk", "incident_id", "opened_on")
# What an incident has beside the members of its first issue.
OF_INCIDENT: Mapping[str, Combinable] = {"issues": F("incident__issues")}


def incidents(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Of these issues those that an incident is named by."""
    return issues.filter(incident_id=F("pk"))


def objects(issues: QuerySet[Issue], more: Mapping[str, Combinable] | None = None) -> QuerySet[Issue]:
    """Rows of KEYS, then the public members with the place as the text of a JSON object."""
    return issues.values_list(*KEYS, JsonObject(members() | place() | dict(more or {})))


def features(issues: QuerySet[Issue], more: Mapping[str, Combinable] | None = None) -> QuerySet[Issue]:
    """Rows of KEYS, the public members without the place, and the public point as GeoJSON."""
    said = JsonObject(members() | dict(more or {}))
    return issues.values_list(*KEYS, said, AsGeoJSON("public_point", precision=PLACES))


def columns(issues: QuerySet[Issue]) -> QuerySet[Issue]:
    """Rows of KEYS, then every public member in its order and the two numbers of the place."""
    return issues.values_list(*KEYS, *members().values(), *place().values())


def _where(shown: Q, column: str) -> Case:
    return Case(When(shown, then=F(column)), default=Value(""), output_field=models.TextField())


def _whether(true: Q) -> Case:
    return Case(When(true, then=Value(True)), default=Value(False), output_field=BooleanField())
