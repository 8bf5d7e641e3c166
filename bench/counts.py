"""How long does a filtered map wait? Counts over 10⁶ issues: category, state and whole months, no text.

Inside the clock: the call that pages make, in Python, with its query and its arrays. Every answer is checked: cells +
unplaced = total; every tenth against counting the rows themselves. Filters are drawn at random, warm.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from collections.abc import Callable

import numpy as np

from bench._city import load_places, pins, use_database
from bench._figures import Figures

CALLS = 300
VIEW_KM = (3.0, 2.0)


def months(first: dt.date, last: dt.date) -> list[dt.date]:
    """First days of all months between two days, and of the one after."""
    count = (last.year - first.year) * 12 + last.month - first.month + 2
    return [dt.date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


def prepare(n: int) -> None:
    """A database of n issues, made once and kept."""
    made = use_database(f"ascult_bench_counts_{n}", fresh=False)
    from django.conf import settings

    from issues.importing import finish_statistics, import_file
    from issues.mappings import load_mapping
    from issues.models import Issue
    from issues.tallies import fold_tallies

    if made:
        load_places()
    if Issue.objects.count() < n:
        mapping = load_mapping("demo", settings.FIXTURES / "mappings")
        import_file(path=pins(n), mapping=mapping, city=settings.CITY)
    fold_tallies()
    finish_statistics()


def measure(figures: Figures, name: str, call: Callable[[object], object], draw: Callable[[], object]) -> None:
    seconds = []
    for i in range(CALLS):
        filters = draw()
        started = time.perf_counter()
        found = call(filters)
        seconds.append(time.perf_counter() - started)
        if int(found.n.sum()) + found.unplaced != found.total:
            raise AssertionError(f"{name}: {filters} does not add up")
        if i % 10 == 0 and found.total != counted(filters):
            raise AssertionError(f"{name}: {filters} counts {found.total}, the rows are {counted(filters)}")
    warm = np.array(seconds[CALLS // 10 :]) * 1000
    figures.take(f"{name}: median", float(np.median(warm)), "ms")
    figures.take(f"{name}: 95th percentile", float(np.percentile(warm, 95)), "ms", at_most=50)


def counted(filters) -> int:
    """The rows themselves."""
    from issues.models import Issue

    rows = Issue.objects.public()
    rows = rows.filter(category__in=filters.categories) if filters.categories else rows
    rows = rows.filter(state__in=filters.states) if filters.states else rows
    rows = rows.filter(opened_on__gte=filters.since) if filters.since else rows
    return (rows.filter(opened_on__lt=filters.until) if filters.until else rows).count()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    prepare(options.rows)
    from django.conf import settings
    from django.db.models import Max, Min

    from issues import counts
    from issues.models import Issue
    from issues.rules import State
    from neighborhoods.models import Category

    rng = random.Random(11)
    span = Issue.objects.aggregate(first=Min("opened_on"), last=Max("opened_on"))
    edges = months(span["first"], span["last"])
    keys = list(Category.objects.values_list("pk", flat=True))
    states = [s.value for s in State]

    def draw() -> counts.Filters:
        since, until = sorted(rng.sample(edges, 2)) if rng.random() < 0.7 else (None, None)
        return counts.Filters(
            categories=rng.sample(keys, rng.randint(1, len(keys))) if rng.random() < 0.7 else (),
            states=rng.sample(states, rng.randint(1, len(states))) if rng.random() < 0.5 else (),
            since=since,
            until=until,
        )

    def view() -> list[float]:
        west, south, east, north = span_box(settings.CITY.centre)
        lng, lat = rng.uniform(west, east), rng.uniform(south, north)
        return [lng, lat, lng + VIEW_KM[0] / 77.7, lat + VIEW_KM[1] / 111.2]

    figures = Figures("counts")
    measure(figures, "res 8, whole city", lambda f: counts.by_cell(f, 8), draw)
    measure(figures, "neighborhoods, whole city", counts.by_neighborhood, draw)
    measure(figures, "res 9, in a view", lambda f: counts.by_cell(f, 9, view()), draw)
    measure(figures, "res 10, in a view", lambda f: counts.by_cell(f, 10, view()), draw)
    figures.finish()


def span_box(centre: tuple[float, float]) -> tuple[float, float, float, float]:
    """Where views begin: all over the middle of the city."""
    lng, lat = centre
    return lng - 0.05, lat - 0.03, lng + 0.02, lat + 0.02


if __name__ == "__main__":
    main()
