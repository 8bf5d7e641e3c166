"""Rankings: neighborhoods or hexagons of the newest analysis, by how far they exceed what is expected."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import serializers

from analytics import found
from analytics.models import Run
from analytics.results import RankedArea, to_json
from geo import hexes
from web.api import paging
from web.api.areas import outlines
from web.api.cells import outline
from web.api.listing import absolute
from web.api.problems import RefusedError
from web.api.rendering import GEOJSON, JSON, NIGHTLY, Format, answered, collection, feature, with_members
from web.api.resource import Resource
from web.api.schema import described, enum, query
from web.api.shapes import SURFACE, collection_of
from web.pages.apart import AREAS, UNITS, run_ref

FORMATS = (JSON, GEOJSON)
NAMES = tuple(one.name for one in FORMATS)
UNITS_OF = query("units", enum(*UNITS), "Neighbourhoods (areas), or hexagons of a size. Usual: areas.")
ORDER_BY = query("order", enum(*found.ORDERS), "By what they are ranked. Usual: excess.")


class RunShape(serializers.Serializer):
    """The analysis, with all it takes to make its numbers again. `until` is not included."""

    id = serializers.IntegerField()
    since = serializers.DateField()
    until = serializers.DateField()
    seed = serializers.IntegerField()
    code_version = serializers.CharField()
    input_digest = serializers.CharField()
    findings_digest = serializers.CharField()
    incidents = serializers.IntegerField()
    synthetic = serializers.BooleanField(help_text="Made from generated data.")
    parameters = serializers.DictField()


class RankedRow(serializers.Serializer):
    """One place. Its rank is never told without the interval; `interval` is the share both intervals hold."""

    subject = serializers.CharField(help_text="A neighbourhood's slug, or an H3 cell.")
    name = serializers.CharField(allow_blank=True)
    res = serializers.IntegerField(allow_null=True)
    observed = serializers.IntegerField()
    expected = serializers.FloatField()
    ratio = serializers.FloatField()
    rank = serializers.FloatField()
    rank_low = serializers.FloatField()
    rank_high = serializers.FloatField()
    of = serializers.IntegerField()
    p_top = serializers.FloatField()
    order = serializers.ChoiceField(found.ORDERS)
    score = serializers.FloatField()
    score_low = serializers.FloatField()
    score_high = serializers.FloatField()
    k = serializers.IntegerField()
    tier = serializers.CharField(allow_blank=True)
    grade = serializers.CharField(allow_blank=True)
    decided = serializers.ListField(child=serializers.CharField())
    interval = serializers.FloatField()


class RankingPage(serializers.Serializer):
    run = RunShape()
    total = serializers.IntegerField(min_value=0)
    page_size = serializers.IntegerField(min_value=1)
    next = serializers.URLField(allow_null=True)
    results = RankedRow(many=True)


class Rankings(Resource):
    """One ranking, the highest rank first."""

    takes, formats = ("units", "order", "cursor", "page_size"), FORMATS

    @described(
        "listRanking",
        "A ranking from the newest analysis",
        {
            (200, JSON.content_type): RankingPage,
            (200, GEOJSON.content_type): collection_of(SURFACE, total={"type": "integer"}),
        },
        takes=("cursor", "page_size"),
        formats=NAMES,
        more=(UNITS_OF, ORDER_BY),
        problems=(404, 406),
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        run, units = newest(), units_of(self.given)
        ranked = ranking(run, units, self.given)
        size, first = paging.size_of(self.given.get("page_size", "")), _first(run, self.given)
        shown = ranked[first : first + size]
        following = None
        if len(ranked) > first + size:
            asked = {**self.given, "cursor": paging.cursor(str(run.pk), str(first + size))}
            following = f"{absolute(request.path)}?{urlencode(asked, safe=',~')}"
        head = {"run": run_ref(run), "total": len(ranked), "page_size": size, "next": following}
        body = written_places(run, shown, self.format, head)
        links = {"next": following} if following else None
        kind = self.format.content_type
        return answered(request, body, kind, changed=run.finished_at, fresh=NIGHTLY, links=links)


def newest() -> Run:
    """The analysis that pages read. Raises Http404 before there is one."""
    run = Run.objects.newest()
    if run is None:
        raise Http404("There is no analysis yet.")
    return run


def units_of(given: dict[str, str]) -> int | None:
    """The size of hexagons asked for; nothing for neighborhoods. Raises RefusedError."""
    text = given.get("units", AREAS)
    if text not in UNITS:
        raise RefusedError(400, "There are no such units.", fields={"units": f"one of: {', '.join(UNITS)}"})
    return None if text == AREAS else int(text)


def ranking(run: Run, res: int | None, given: dict[str, str]) -> Sequence[RankedArea]:
    """The places of a run in the order asked for. Raises RefusedError."""
    order = given.get("order", found.EXCESS)
    if order not in found.ORDERS:
        raise RefusedError(400, "There is no such order.", fields={"order": f"one of: {', '.join(found.ORDERS)}"})
    return found.ranked_areas(run, order) if res is None else found.ranked_cells(run, res, order)


def written_places(run: Run, places: Sequence[RankedArea], wanted: Format, head: dict[str, object]) -> str:
    """Places as text, with their outlines where GeoJSON is wanted."""
    if wanted != GEOJSON:
        return with_members(head, "results", [to_json(place) for place in places])
    shapes = {slug: text for slug, _name, _area_m2, text in outlines(run.boundary_set)}
    drawn = [
        feature(p.subject, shapes.get(p.subject) or outline(hexes.from_text(p.subject)), to_json(p)) for p in places
    ]
    return collection(head, drawn)


def _first(run: Run, given: dict[str, str]) -> int:
    """Where the page begins. Raises RefusedError, also where another analysis has come since."""
    if not given.get("cursor"):
        return 0
    of, first = paging.parts_of(given["cursor"], 2)
    if of != str(run.pk):
        said = "A newer analysis has come since: begin again without a cursor."
        raise RefusedError(400, said, fields={"cursor": "of an older analysis"})
    return int(first)


urlpatterns = [path("rankings", Rankings.as_view(), name="api-rankings")]
