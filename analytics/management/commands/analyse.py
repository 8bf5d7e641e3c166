from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.core.management import CommandError, CommandParser

from analytics.executors import NoClusterError, counting_on
from analytics.found import exposure_used, hotspots
from analytics.gather import NothingToAnalyseError
from analytics.methods.checks import MethodError
from analytics.runs import analyse
from neighborhoods.management.base import CityCommand


def _seed(text: str) -> int:
    """A seed the table can hold and a generator can take."""
    seed = int(text)
    if not 0 <= seed < 2**63:
        raise ValueError(text)
    return seed


class Command(CityCommand):
    help = "Analyse a period: rates, hot spots, clusters, change, waiting, readiness to report, rankings, alarms."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=dt.date.fromisoformat, help="first local day (ISO)")
        parser.add_argument("--until", type=dt.date.fromisoformat, help="first local day no longer in")
        parser.add_argument("--seed", type=_seed, default=1)
        parser.add_argument(
            "--scheduler", help="count on a cluster of dask.distributed (tcp://host:port); the findings are the same"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def say(line: str) -> None:
            self.stderr.write(f"{time.monotonic() - started:6.1f} s  {line}")

        try:
            with counting_on(options["scheduler"]) as executor:
                run = analyse(
                    since=options["since"], until=options["until"], seed=options["seed"], executor=executor, say=say
                )
        except (NothingToAnalyseError, NoClusterError, MethodError, OverflowError) as problem:
            raise CommandError(str(problem)) from None
        used = exposure_used(run)
        kinds = {kind: sum(v == kind for v in used.values()) for kind in sorted(set(used.values()))}
        self.stdout.write(f"Run {run.pk}: {run.since} to {run.until}, seed {run.seed}, code {run.code_version}")
        self.stdout.write(f"  input digest    {run.input_digest}")
        self.stdout.write(f"  findings digest {run.findings_digest}")
        self.stdout.write(f"  read: {run.totals['incidents']} incidents from {run.totals['issues']} issues;")
        self.stdout.write(
            f"  left out: {run.totals['default_pins']} on default pins, {run.totals['hidden']} hidden; "
            f"{run.totals['outside']} incidents lie in no neighborhood"
        )
        self.stdout.write(f"  divided by: {', '.join(f'{kind} ({n} categories)' for kind, n in kinds.items())}")
        self.stdout.write(f"  hot cells at q <= {run.parameters['q_level']}: {len(hotspots(run))} at resolution 9")
