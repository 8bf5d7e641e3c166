"""How long does a night take? A full `analyse` over 10⁶ issues from PostGIS: two years by week, every method.

Every figure is taken in a fresh process. Inside the clocks:
    the pass        reading page by page, counting, adding up
    analyse         all of it: choosing the period, the pass, cells and areas with their exposures, every stage, what
                    each area said, the digests, saving the Run; a step lasts from its word to the next
    what-if         the call that pages make, first with nothing kept in the process, then with the counts kept,
                    for every half-life, kind of exposure and category weighed up
Outside: starting Python, Django and the workers. The database works in processes of its own: its time is inside the
clocks, its memory is not in the figures. The pass and `analyse` run twice, counting in their own process and on two
worker processes of dask.distributed on this machine; both must give the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from typing import Any

from bench._figures import Figures

WORKERS = 2
MOST_SECONDS, MOST_MIB, MOST_MS = 60, 4096, 150


def part(name: str, rows: int, *options: str) -> Any:
    """The answer of one part, from a process of its own."""
    command = [sys.executable, "-m", "bench._night", name, "--rows", str(rows), *options]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def same(what: str, here: dict[str, Any], there: dict[str, Any]) -> None:
    if here[what] != there[what]:
        raise AssertionError(f"{what}: {here[what]} in one process, {there[what]} on {WORKERS} workers")


def memory(figures: Figures, name: str, told: dict[str, Any], most: float | None = None) -> None:
    """The peak of the process; with workers, theirs too, and all together as if they peaked at one time."""
    workers = told["workers_mib"]
    if not workers:
        figures.take(f"{name}: peak memory", told["peak_mib"], "MiB", at_most=most)
        return
    figures.take(f"{name}: peak memory of its own", told["peak_mib"], "MiB")
    figures.take(f"{name}: largest worker", max(workers), "MiB")
    figures.take(f"{name}: all together", told["peak_mib"] + sum(workers), "MiB", at_most=most)


def passes(figures: Figures, rows: int) -> None:
    here, there = part("pass", rows), part("pass", rows, "--workers", str(WORKERS))
    same("digest", here, there)
    if not here["incidents"]:
        raise AssertionError("no incidents in the two years up to the newest issue")
    figures.take("incidents of two years", here["incidents"])
    figures.take("rows of the cube", here["rows"])
    for name, told in (("the pass, in one process", here), (f"the pass, on {WORKERS} workers", there)):
        figures.take(name, told["seconds"], "s")
        memory(figures, name, told)


def analyses(figures: Figures, rows: int) -> list[int]:
    """Both whole runs; gives their keys."""
    here, there = part("analyse", rows), part("analyse", rows, "--workers", str(WORKERS))
    same("input_digest", here, there)
    same("findings_digest", here, there)
    figures.take("families of findings", here["families"])
    figures.take("stored for them", here["stored_mib"], "MiB")
    for name, told in (("analyse, in one process", here), (f"analyse, on {WORKERS} workers", there)):
        figures.take(name, told["seconds"], "s", at_most=MOST_SECONDS)
        for step, seconds in told["steps"].items():
            figures.take(f"  {'alone' if told is here else 'workers'}: {step}", seconds, "s")
        memory(figures, name, told, MOST_MIB)
    return [here["run"], there["run"]]


def what_ifs(figures: Figures, rows: int, run: int) -> None:
    for name, told in part("what-if", rows, "--runs", str(run)).items():
        name = f"what-if, {name}"
        figures.take(f"{name}: units", told["units"])
        figures.take(f"{name}: first", told["first"], "ms", at_most=MOST_MS)
        figures.take(f"{name}: kept, median of {told['answers']}", told["kept"], "ms", at_most=MOST_MS)
        figures.take(f"{name}: kept, 95th percentile", told["kept_95"], "ms", at_most=MOST_MS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    print(f"{(__doc__ or '').strip()}\n")
    held = part("prepare", rows)
    print(f"load average {' '.join(f'{load:.2f}' for load in os.getloadavg())} on {os.cpu_count()} cores", flush=True)
    figures = Figures("nightly")
    for what, number in held.items():
        figures.take(f"{what} in the database", number)
    passes(figures, rows)
    runs = analyses(figures, rows)
    what_ifs(figures, rows, runs[0])
    part("forget", rows, "--runs", *map(str, runs))
    print("findings_digest and input_digest are equal, in one process and on workers")
    figures.finish()


if __name__ == "__main__":
    main()
