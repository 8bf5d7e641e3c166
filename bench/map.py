"""How long does a visitor wait for the map and the list? Whole answers over 10⁶ issues, through Django's test client.

Inside the clock: the request, the form, the database, the counting, JSON or HTML, gzip; not the network, not the
browser. A map is 1152 by 576 pixels, as on a desk; filters are drawn at random, warm. Every answer must add up, every
tenth must agree with counting the rows themselves. Beside it what one would pick otherwise: the same hexagons by GROUP
BY over the rows, and every pin in the box as GeoJSON; their totals must be ours.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from bench._city import load_places, pins, use_database
from bench._figures import Figures
from bench.counts import months, span_box

WIDE_PX, HIGH_PX = 1152, 576
AT_MOST_MS, AT_MOST_KB, TEXT_AT_MOST_MS = 60.0, 60.0, 400.0
BESIDE = 8


def prepare(n: int) -> None:
    """A database of n issues, made once and kept, and up to date."""
    made = use_database(f"ascult_bench_map_{n}", fresh=False)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from issues.importing import finish_statistics, import_file
    from issues.mappings import load_mapping
    from issues.models import Issue
    from issues.tallies import fold_tallies
    from web.roles import BEHAVIOUR, WEB

    if made:
        load_places()
    call_command("migrate", verbosity=0, interactive=False)
    if Issue.objects.count() < n:
        mapping = load_mapping("demo", settings.FIXTURES / "mappings")
        import_file(path=pins(n), mapping=mapping, city=settings.CITY)
    fold_tallies()
    finish_statistics()
    with connection.cursor() as cursor:  # from here on as the web asks
        for setting, value in BEHAVIOUR[WEB].items():
            cursor.execute("SELECT set_config(%s, %s, false)", [setting, value])


class Visitor:
    """Asks pages as a browser would, and draws what to ask."""

    def __init__(self, seed: int) -> None:
        from django.conf import settings
        from django.db.models import Max, Min
        from django.test import Client

        from issues.models import Issue
        from neighborhoods.models import Category
        from web.pages.shown import current_set

        self.client = Client(SERVER_NAME="localhost")
        self.rng = random.Random(seed)
        self.city = settings.CITY
        span = Issue.objects.aggregate(first=Min("opened_on"), last=Max("opened_on"))
        self.months = [f"{month:%Y-%m}" for month in months(span["first"], span["last"])[:-1]]
        self.subjects = list(Category.objects.filter(sensitive=False).values_list("slug", flat=True))
        chosen = current_set()
        self.areas = list(chosen.areas.values_list("slug", flat=True)) if chosen else []

    def get(self, path: str, asked: dict[str, str]) -> tuple[float, int, str]:
        """Milliseconds, bytes on the line, and the answer."""
        started = time.perf_counter()
        answer = self.client.get(path, asked, headers={"Accept-Encoding": "gzip"})
        took = (time.perf_counter() - started) * 1000
        if answer.status_code != 200:
            raise AssertionError(f"{path} {asked}: {answer.status_code}")
        packed = answer.headers.get("Content-Encoding") == "gzip"
        body = gzip.decompress(answer.content) if packed else answer.content
        return took, len(answer.content), body.decode()

    def filters(self) -> dict[str, str]:
        rng, asked = self.rng, {}
        if rng.random() < 0.6:
            asked["category"] = rng.choice(self.subjects)
        if rng.random() < 0.5:
            asked["state"] = rng.choice(["open", "closed", "received", "in_progress", "resolved"])
        if rng.random() < 0.5:
            asked["since"], asked["until"] = sorted(rng.sample(self.months, 2))
        return asked

    def view(self, zoom: int, res: int) -> dict[str, str]:
        """A map at a zoom, somewhere in the city."""
        west, south, east, north = span_box(self.city.centre)
        lng, lat = self.rng.uniform(west, east), self.rng.uniform(south, north)
        per_px = 360 / 256 / 2**zoom
        wide, high = WIDE_PX * per_px, HIGH_PX * per_px * math.cos(math.radians(lat))
        box = (lng - wide / 2, lat - high / 2, lng + wide / 2, lat + high / 2)
        return {"res": str(res), "bbox": ",".join(f"{v:.5f}" for v in box)}


def measured(figures: Figures, name: str, ask: Callable[[int], tuple[float, int]], calls: int, at_most: float) -> None:
    """Take median, 95th percentile and the heaviest answer of warm calls."""
    taken = np.array([ask(i) for i in range(calls)])[calls // 10 :]
    figures.take(f"{name}: median", float(np.median(taken[:, 0])), "ms")
    figures.take(f"{name}: 95th percentile", float(np.percentile(taken[:, 0], 95)), "ms", at_most=at_most)
    figures.take(f"{name}: heaviest answer, packed", float(taken[:, 1].max()) / 1000, "kB", at_most=AT_MOST_KB)


def mapped(
    visitor: Visitor, draw: Callable[[], dict[str, str]], wanted_pins: bool | None = None
) -> Callable[[int], Any]:
    """A call of the map that checks its own answer."""

    def ask(i: int) -> tuple[float, int]:
        while True:
            asked = draw()
            took, size, body = visitor.get("/en/live/cells.json", asked)
            answer = json.loads(body)
            if sum(f["properties"]["n"] for f in answer["features"]) + answer["elsewhere"] != answer["total"]:
                raise AssertionError(f"the map does not add up: {asked}")
            if i % 10 == 0 and answer["total"] != rows(asked).count():
                raise AssertionError(f"the map says {answer['total']}, the rows are {rows(asked).count()}: {asked}")
            if wanted_pins is None or answer["pins"] == wanted_pins:
                return took, size

    return ask


def listed(visitor: Visitor, draw: Callable[[], dict[str, str]]) -> Callable[[int], Any]:
    """A page of the list; every other time the one after."""

    def ask(i: int) -> tuple[float, int]:
        asked = draw()
        took, size, body = visitor.get("/en/issues/", asked)
        older = body.partition('class="older"><a class="button quiet" href="')[2].partition("#")[0]
        if i % 2 and older:
            took, size, body = visitor.get(older.replace("&amp;", "&"), {})
        said = int(body.partition("Together: ")[2].partition(" ")[0].replace(",", ""))
        if i % 10 == 0 and said != rows(asked).count():
            raise AssertionError(f"the list says {said}, the rows are {rows(asked).count()}: {asked}")
        return took, size

    return ask


def rows(asked: dict[str, str]) -> Any:
    """The rows themselves, asked as plainly as can be."""
    from issues.models import Issue
    from issues.rules import CLOSED, OPEN
    from web.pages.dates import next_month

    found = Issue.objects.filter(hidden=False, category__sensitive=False)
    if "category" in asked:
        found = found.filter(category__slug=asked["category"])
    if "state" in asked:
        found = found.filter(state__in={"open": OPEN, "closed": CLOSED}.get(asked["state"], [asked["state"]]))
    if "since" in asked:
        found = found.filter(opened_on__gte=f"{asked['since']}-01")
    if "until" in asked:
        found = found.filter(opened_on__lt=next_month(dt.date.fromisoformat(f"{asked['until']}-01")))
    if "area" in asked:
        found = found.filter(neighborhood__slug=asked["area"])
    for word in asked.get("q", "").split():
        found = found.extra(where=["' ' || words LIKE %s"], params=[f"% {word}%"])
    return found


def words_of_the_city() -> tuple[list[str], list[str]]:
    """The commonest words of more than two letters, and the rarest."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM ts_stat('SELECT lexemes FROM issues_searchrow WHERE issue_id % 20 = 0') "
            "WHERE length(word) > 2 ORDER BY ndoc DESC, word"
        )
        found = [word for (word,) in cursor.fetchall()]
    return found[:20], found[-20:]


def beside_grouping(visitor: Visitor, draw: Callable[[], dict[str, str]], res: int) -> float:
    """How many times as long the same questions take by GROUP BY over the rows; the hexagons must be ours."""
    from django.db.models import Count, F

    from geo import hexes
    from web.pages.filters import box_of

    def theirs(asked: dict[str, str]) -> tuple[dict[str, int], int]:
        unused = (1 << 3 * (15 - res)) - 1
        parent = F("cell").bitand(~(0xF << 52)).bitor(res << 52 | unused)
        found = dict(rows(asked).annotate(parent=parent).values_list("parent").annotate(n=Count("*")))
        touched = set(hexes.within_box(box_of(asked["bbox"]), res).tolist())
        shown = {hexes.to_text(cell): n for cell, n in found.items() if cell in touched}
        rings = [{"n": n, "ring": hexes.outline(hexes.from_text(cell))} for cell, n in shown.items()]
        gzip.compress(json.dumps(rings).encode(), 6)
        return shown, sum(found.values())

    def same(answer: dict[str, Any], found: tuple[dict[str, int], int]) -> bool:
        return ({f["properties"]["cell"]: f["properties"]["n"] for f in answer["features"]}, answer["total"]) == found

    def hexagons() -> dict[str, str]:
        """A view that is answered with hexagons: where few issues are in it, each is shown for itself."""
        while True:
            asked = draw()
            if not json.loads(visitor.get("/en/live/cells.json", asked)[2])["pins"]:
                return asked

    return beside(visitor, hexagons, theirs, same)


def beside_pins(visitor: Visitor, draw: Callable[[], dict[str, str]]) -> tuple[float, float]:
    """The same of every pin in the box through GeoDjango and its GeoJSON serializer, and the heaviest answer in kB."""
    from django.contrib.gis.geos import Polygon
    from django.core.serializers import serialize

    sizes = []

    def theirs(asked: dict[str, str]) -> tuple[int, int]:
        box = Polygon.from_bbox([float(v) for v in asked["bbox"].split(",")])
        found = rows(asked).filter(point__coveredby=box)
        body = serialize("geojson", found, geometry_field="public_point", fields=["category", "state", "opened_on"])
        sizes.append(len(gzip.compress(body.encode(), 6)) / 1000)
        return body.count('"Feature"'), rows(asked).count()

    def same(answer: dict[str, Any], found: tuple[int, int]) -> bool:
        # hexagons at the edge hold a little more than the box
        return found[1] == answer["total"] and found[0] <= answer["total"] - answer["elsewhere"]

    return beside(visitor, draw, theirs, same), max(sizes)


def beside(visitor: Visitor, draw: Any, theirs: Callable[[Any], Any], same: Callable[[Any, Any], bool]) -> float:
    """Time of another way over ours, on the same questions, both warm; the answers must be the same."""
    ours_ms = theirs_ms = 0.0
    for _ in range(BESIDE):
        asked = draw()
        visitor.get("/en/live/cells.json", asked)
        took, _size, body = visitor.get("/en/live/cells.json", asked)
        found = theirs(asked)
        started = time.perf_counter()
        theirs(asked)
        ours_ms, theirs_ms = ours_ms + took, theirs_ms + (time.perf_counter() - started) * 1000
        if not same(json.loads(body), found):
            raise AssertionError(f"another way and the map disagree: {asked}")
    return theirs_ms / ours_ms


def views(visitor: Visitor) -> Iterator[tuple[str, Callable[[], dict[str, str]], int]]:
    """Name, what to ask, and resolution of each distance."""
    yield "city, res 8", lambda: visitor.filters() | visitor.view(12, 8), 8
    yield "neighbourhood, res 9", lambda: visitor.filters() | visitor.view(14, 9), 9
    yield "neighbourhood, res 10", lambda: visitor.filters() | visitor.view(15, 10), 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=200)
    options = parser.parse_args()
    prepare(options.rows)
    visitor, figures = Visitor(11), Figures("map")

    def street() -> dict[str, str]:
        """What is still open of the last quarter: as much as one still looks at one by one."""
        subject = {k: v for k, v in visitor.filters().items() if k == "category"}
        return subject | {"state": "open", "since": visitor.months[-3]} | visitor.view(18, 10)

    def row_filters() -> dict[str, str]:
        asked = visitor.filters()
        return asked | {"area": visitor.rng.choice(visitor.areas)} if visitor.rng.random() < 0.5 else asked

    for name, draw, res in views(visitor):
        measured(figures, name, mapped(visitor, draw), options.calls, AT_MOST_MS)
        figures.take(f"{name}: GROUP BY over the rows, times as long", beside_grouping(visitor, draw, res), "x")
    slower, heaviest = beside_pins(visitor, lambda: visitor.filters() | visitor.view(15, 10))
    figures.take("neighbourhood, res 10: every pin as GeoJSON, times as long", slower, "x")
    figures.take("neighbourhood, res 10: every pin as GeoJSON, heaviest, packed", heaviest, "kB")
    measured(figures, "street, pins", mapped(visitor, street, wanted_pins=True), options.calls, AT_MOST_MS)
    measured(figures, "list", listed(visitor, row_filters), options.calls, AT_MOST_MS)

    common, rare = words_of_the_city()
    asked = {
        "a common word": lambda: {"q": visitor.rng.choice(common)},
        "a rare word": lambda: {"q": visitor.rng.choice(rare)},
        "two words": lambda: {"q": " ".join(visitor.rng.sample(common, 2))},
    }
    for name, words in asked.items():
        city = mapped(visitor, lambda words=words: words() | visitor.view(12, 8))
        measured(figures, f"city, {name}", city, options.calls // 4, TEXT_AT_MOST_MS)
        measured(figures, f"list, {name}", listed(visitor, words), options.calls // 4, TEXT_AT_MOST_MS)
    figures.finish()


if __name__ == "__main__":
    main()
