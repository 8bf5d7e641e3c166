"""Does the one pass over points grow with the points alone? 10^6 and 10^7 of them, counted per neighborhood and cell.

Inside the clock: what the contest "points" has inside ours, the making of the index included. Every size runs in fresh
processes of its own; the file of points is made before.
"""

from __future__ import annotations

import argparse
import gc
import resource
import statistics
import subprocess
import sys
import time

from bench._figures import Figures
from bench.contests import points

SIZES = (1_000_000, 10_000_000)


def child(rows: int) -> None:
    """One measurement in this process; prints seconds and MiB."""
    given = points.prepare(rows)
    gc.collect()
    started = time.perf_counter()
    _, cells = points.ours(given)
    seconds = time.perf_counter() - started
    if sum(cells.values()) != rows:
        raise AssertionError(f"{sum(cells.values())} of {rows} points were counted")
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def in_fresh_process(rows: int) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.points_scale", "--child", str(rows)]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return float(out[-2]), float(out[-1])


def measure(figures: Figures, rounds: int) -> None:
    """Medians at both sizes, and how the one grows into the other."""
    print(f"\n{(__doc__ or '').strip()}\n", flush=True)
    for rows in SIZES:
        points.prepare(rows)
    runs = [{rows: in_fresh_process(rows) for rows in SIZES} for _ in range(rounds)]
    seconds = {rows: statistics.median(run[rows][0] for run in runs) for rows in SIZES}
    few, many = SIZES
    for rows in SIZES:
        figures.take(f"{rows:,} points, median of {rounds}", seconds[rows], "s")
    figures.take(f"{many:,} points / {few:,} points", seconds[many] / seconds[few], "x", at_most=11)
    figures.take(f"{many:,} points, peak memory", max(run[many][1] for run in runs), "MiB", at_most=4096)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--child", type=int)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    figures = Figures("points_scale")
    measure(figures, options.rounds)
    figures.finish()


if __name__ == "__main__":
    main()
