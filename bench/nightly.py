"""How long does a night take? A full `analyse` over 10⁶ issues from PostGIS, and the counting pass alone.

Inside the clock of `analyse`: reading the rows, every method that takes part, saving the Run; the steps are what the
command prints. Inside the clock of the pass: reading page by page, counting, adding up; once in this process, once on
two worker processes of dask.distributed on this machine (their start is outside). Both must give the same bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import resource
import time

from bench._city import use_database
from bench._figures import Figures
from bench.counts import prepare

WORKERS = 2


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    prepare(options.rows)
    use_database(f"ascult_bench_counts_{options.rows}", fresh=False)
    from distributed import Client, LocalCluster

    from analytics import gather
    from analytics.executors import Dask, Executor, Serial
    from analytics.methods.cube import Cube
    from analytics.runs import analyse
    from issues.models import Incident
    from issues.relink import mark_default_pins, relink

    if not Incident.objects.exists():
        mark_default_pins()
        relink()
    until = gather.span().last + dt.timedelta(days=1)
    since, before = until - dt.timedelta(days=365), until - dt.timedelta(days=730)
    areas = gather.areas_of(gather.boundary_set(until - dt.timedelta(days=1)))
    plan = gather.plan(since, until)

    def passed(executor: Executor) -> tuple[Cube, float]:
        started = time.perf_counter()
        found = executor.total(gather.chunks(before, until, areas), plan)
        return found, time.perf_counter() - started

    figures = Figures("nightly")
    alone, seconds = passed(Serial())
    if not alone.rows:
        raise AssertionError("no incidents in the two years up to the newest issue")
    figures.take("incidents of two years", alone.rows)
    figures.take("the pass, in this process", seconds, "s")
    figures.take("peak memory of it", peak_mib(), "MiB")
    logging.disable(logging.INFO)  # the cluster tells every connection
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        together, seconds = passed(Dask(client))
    logging.disable(logging.NOTSET)
    figures.take(f"the pass, on {WORKERS} workers", seconds, "s")
    if together.digest() != alone.digest():
        raise AssertionError("the workers' cube differs from this process's")
    started = time.perf_counter()
    analyse(say=lambda line: print(f"  {time.perf_counter() - started:6.1f} s  {line}", flush=True))
    figures.take("analyse, the newest year and the one before", time.perf_counter() - started, "s", at_most=60)
    figures.take("peak memory of everything", peak_mib(), "MiB", at_most=4096)
    figures.finish()


if __name__ == "__main__":
    main()
