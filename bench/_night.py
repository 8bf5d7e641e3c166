"""One part of the nightly bench, in a process of its own: `python -m bench._night PART`; the last line is its JSON."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import itertools
import json
import logging
import re
import resource
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from bench._city import use_database

if TYPE_CHECKING:
    from analytics.executors import Executor

HALF_LIVES, ROUNDS = (None, 30.0, 90.0, 180.0, 365.0), 5

# A line that begins another step than one of its own words; None: it tells how far the step has come.
STEPS: dict[str, str | None] = {
    r"\d+ incidents from ": "reading and counting",
    r"counted (\d+) of \1 ": "adding up, making cells and areas",
    r"counted ": None,
    r"units: ": "putting the city in order",
    r"counts, ": "counts, rates, exposure test",
    r"saving ": "saving",
}


class Steps:
    """What `analyse` says it is doing, each from its word to the next."""

    def __init__(self) -> None:
        self._told = [("choosing the period and the areas", time.perf_counter())]

    def hear(self, line: str) -> None:
        now = time.perf_counter()
        print(f"  {now - self._told[0][1]:6.1f} s  {line}", file=sys.stderr, flush=True)
        name = next((name for start, name in STEPS.items() if re.match(start, line)), line)
        if name is not None:
            self._told.append((name, now))

    def seconds(self) -> dict[str, float]:
        """By step, in their order; call it when all is done."""
        times, found = [when for _, when in self._told] + [time.perf_counter()], dict[str, float]()
        for i, (name, _) in enumerate(self._told):
            found[name] = found.get(name, 0.0) + times[i + 1] - times[i]
        return found


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def counting(workers: int) -> Iterator[tuple[Executor | None, Callable[[], list[float]]]]:
    """What counts (None: this process), and the peaks of its workers in MiB. Workers start before Django does."""
    if not workers:
        yield None, list
        return
    from distributed import Client, LocalCluster

    logging.disable(logging.INFO)  # the cluster tells every connection
    quiet = {"dashboard_address": None, "silence_logs": logging.ERROR}
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, **quiet) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        from analytics.executors import Dask

        yield Dask(client), lambda: list(client.run(peak_mib).values())


def ready(rows: int) -> None:
    """Django, on the database of the bench."""
    use_database(f"ascult_bench_counts_{rows}", fresh=False)


def prepare(rows: int) -> dict[str, int]:
    """The database: issues imported and linked to incidents, the demo city's denominators loaded; what it holds."""
    from bench.counts import prepare as import_issues

    import_issues(rows)
    from issues.models import Incident, Issue
    from issues.relink import mark_default_pins, relink
    from neighborhoods.models import Category, Exposure, Neighborhood

    if not Incident.objects.exists():
        mark_default_pins()
        relink()
    if not Exposure.objects.exists():
        load_exposures()
    held = {"issues": Issue, "neighborhoods": Neighborhood, "categories": Category}
    return {name: model.objects.count() for name, model in held.items()}


def load_exposures() -> None:
    from django.conf import settings
    from django.core.management import call_command

    folder = settings.FIXTURES / "boundaries"
    told = tomllib.loads((folder / "timisoara_neighborhoods.toml").read_text(encoding="utf-8"))["exposure"]
    same = {"name_field": "name", "year": told["year"], "source": told["source"], "stdout": io.StringIO()}
    for kind in told["kinds"]:
        call_command("load_exposure", folder / told["file"], kind=kind, value_field=kind, **same)


def count_all(workers: int, rows: int) -> dict[str, Any]:
    """The pass alone, over the days that `analyse` reads."""
    with counting(workers) as (executor, peaks):
        ready(rows)
        from analytics import gather
        from analytics.executors import Serial
        from analytics.runs import times

        known, subjects = gather.span(), gather.subjects()
        period = times(None, None, known)
        areas = gather.areas_of(gather.boundary_set(period.until - dt.timedelta(days=1)))
        plan = gather.plan(period.since, period.until, period.before or period.since, subjects, known.last)
        started = time.perf_counter()
        cube = (executor or Serial()).total(gather.chunks(period.read_from, period.until, areas, subjects), plan)
        seconds = time.perf_counter() - started
        size = sum(len(table) for table in cube.sums.values())
        told = {"digest": cube.digest(), "incidents": cube.rows, "rows": size}
        return {"seconds": seconds, "peak_mib": peak_mib(), "workers_mib": peaks(), **told}


def analyse_all(workers: int, rows: int) -> dict[str, Any]:
    """A whole `analyse`, as the command runs it."""
    with counting(workers) as (executor, peaks):
        ready(rows)
        from django.db import connection

        from analytics.runs import analyse

        steps, started = Steps(), time.perf_counter()
        run = analyse(executor=executor, say=steps.hear)
        seconds, by_step = time.perf_counter() - started, steps.seconds()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*), sum(pg_column_size(body)) FROM analytics_finding WHERE run_id = %s", [run.pk]
            )
            families, size = cursor.fetchone()
        told = {"run": run.pk, "findings_digest": run.findings_digest, "input_digest": run.input_digest}
        told |= {"incidents": run.totals["incidents"], "families": families, "stored_mib": int(size) / 2**20}
        return {"seconds": seconds, "steps": by_step, "peak_mib": peak_mib(), "workers_mib": peaks(), **told}


def what_if_all(run: int, rows: int) -> dict[str, Any]:
    """By set of units, milliseconds of answers: with nothing kept in this process, and with the counts kept."""
    ready(rows)
    from analytics.methods.whatif import Settings
    from analytics.models import Run
    from analytics.what_if import _kept, answer

    chosen = Run.objects.get(pk=run)

    def ms(res: int | None, settings: Settings) -> float:
        started = time.perf_counter()
        answer(chosen, res, settings)
        return (time.perf_counter() - started) * 1000

    found: dict[str, Any] = {}
    for res in (None, 9, 10):
        first = []
        for _ in range(ROUNDS):
            _kept.cache_clear()
            first.append(ms(res, Settings(half_life_days=90)))
        plain = answer(chosen, res, Settings())
        weights = [{}, *({slug: 5.0} for slug in plain["settings"]["severity"])]
        every = itertools.product(HALF_LIVES, [None, *plain["exposures"]], weights)
        again = [ms(res, Settings(half_life_days=days, exposure=kind, severity=heavy)) for days, kind, heavy in every]
        found["areas" if res is None else f"resolution {res}"] = {
            "units": plain["units"],
            "first": float(np.median(first)),
            "kept": float(np.median(again)),
            "kept_95": float(np.percentile(again, 95)),
            "answers": len(again),
        }
    return found


def forget(runs: list[int], rows: int) -> dict[str, Any]:
    """Take the runs of this bench out of its database again."""
    ready(rows)
    from analytics.models import Run

    Run.objects.filter(pk__in=runs).delete()
    return {}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["prepare", "pass", "analyse", "what-if", "forget"])
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--runs", type=int, nargs="*", default=[])
    options = parser.parse_args()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "prepare": lambda: prepare(options.rows),
        "pass": lambda: count_all(options.workers, options.rows),
        "analyse": lambda: analyse_all(options.workers, options.rows),
        "what-if": lambda: what_if_all(options.runs[0], options.rows),
        "forget": lambda: forget(options.runs, options.rows),
    }
    print(json.dumps(parts[options.part]()))


if __name__ == "__main__":
    main()
