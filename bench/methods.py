"""Are our statistics quicker than what a planner would use instead? Each contest: same inputs, equal answers.

Every contest is a module of bench/contests:
    its docstring            what is inside the clock
    NAME, RIVAL, AIM         the AIM is the least ratio, theirs / ours
    prepare() -> given       inputs, outside the clock; files it makes are kept
    ours(given), theirs(given)
    same(ours, theirs)       raises AssertionError where the answers differ
    warm_up(given)           optional: compiles what either side compiles, outside the clock. Where it exists, the first
                             call in a process that was not warmed up is printed too: the cold time.
Each side is run in five fresh processes, in turn with the other, and the medians are compared. One more process runs
both and compares the answers. Peak memory is that of the side's largest process, inputs and libraries included.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import pkgutil
import resource
import statistics
import subprocess
import sys
import time
from types import ModuleType

import bench.contests
from bench import points_scale
from bench._figures import Figures

SIDES = ("ours", "theirs")


def names() -> list[str]:
    return sorted(found.name for found in pkgutil.iter_modules(bench.contests.__path__))


def contest(name: str) -> ModuleType:
    return importlib.import_module(f"bench.contests.{name}")


def run_side(name: str, side: str, *, cold: bool) -> None:
    """One measurement in this process; prints seconds and MiB as JSON."""
    module = contest(name)
    given = module.prepare()
    if hasattr(module, "warm_up") and not cold:
        module.warm_up(given)
    work = getattr(module, side)
    gc.collect()
    started = time.perf_counter()
    work(given)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak_mib": peak_mib()}))


def peak_mib() -> float:
    """Peak memory of the largest of this process and the children it has waited for."""
    return max(resource.getrusage(w).ru_maxrss for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024


def run_both(name: str) -> None:
    """Compare the answers, in this process."""
    module = contest(name)
    given = module.prepare()
    module.same(module.ours(given), module.theirs(given))
    print(json.dumps({"same": True}))


def in_fresh_process(name: str, side: str, *flags: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.methods", "--side", side, *flags, name]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    answer: dict[str, float] = json.loads(out.splitlines()[-1])
    return answer


def hold(figures: Figures, name: str, rounds: int) -> None:
    """One contest, with all its figures."""
    module = contest(name)
    print(f"\n{module.NAME}\nagainst {module.RIVAL}\n\n{(module.__doc__ or '').strip()}\n")
    print(f"load average {' '.join(f'{load:.2f}' for load in os.getloadavg())} on {os.cpu_count()} cores", flush=True)
    in_fresh_process(name, "both")
    print("the answers are equal", flush=True)
    runs = [{side: in_fresh_process(name, side) for side in SIDES} for _ in range(rounds)]
    seconds = {side: statistics.median(run[side]["seconds"] for run in runs) for side in SIDES}
    for side in SIDES:
        figures.take(f"{name}: {side}, median of {rounds}", seconds[side], "s")
    if hasattr(module, "warm_up"):
        for side in SIDES:
            figures.take(f"{name}: {side}, cold", in_fresh_process(name, side, "--cold")["seconds"], "s")
    figures.take(f"{name}: theirs / ours", seconds["theirs"] / seconds["ours"], "x", at_least=module.AIM)
    for side in SIDES:
        figures.take(f"{name}: {side}, peak memory", max(run[side]["peak_mib"] for run in runs), "MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"contests to hold, all unless named: {', '.join(names())}"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", choices=[*SIDES, "both"], help="run one side of one contest in this process")
    parser.add_argument("--cold", action="store_true", help="with --side: no warming up")
    options = parser.parse_args()
    unknown = sorted(set(options.names) - set(names()))
    if unknown or (options.side and len(options.names) != 1):
        parser.error(f"no contest {', '.join(unknown)}" if unknown else "--side wants one NAME")
    if options.side == "both":
        run_both(options.names[0])
    elif options.side:
        run_side(options.names[0], options.side, cold=options.cold)
    else:
        hold_all(options.names or names(), options.rounds)


def hold_all(chosen: list[str], rounds: int) -> None:
    figures = Figures("methods")
    for name in chosen:
        hold(figures, name, rounds)
    if "points" in chosen:
        points_scale.measure(figures, rounds)
    figures.finish()


if __name__ == "__main__":
    main()
