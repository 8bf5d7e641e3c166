"""What axe finds (WCAG 2.0 to 2.2, A and AA) on every page in every state, by every rule. Last line: JSON.

The journeys bring the pages into their states, as they do among the tests; here each state is reached anew in both
languages, at 360 and 1280 px, by day and by night. With what a page says on its console and where it goes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench._figures import Figures

ROOT = Path(__file__).resolve().parent.parent
VIEWS = 8


@dataclass
class Looked:
    """What was looked at: in how many windows each state was seen, and what was wrong, by rule or first word."""

    states: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    lines: list[str] = field(default_factory=list)

    @property
    def partly(self) -> int:
        """States that were not seen in every window."""
        return sum(n != VIEWS for n in self.states.values())


def counted(looks: Iterable[dict[str, Any]]) -> Looked:
    found = Looked()
    for look in looks:
        state = f"{look['test']}: {look['state']}"
        found.states[state] += 1
        for flaw in look["wrong"]:
            found.wrong[flaw.partition(":")[0]] += 1
            found.lines.append(f"{state} [{look['view']}] {flaw}")
    return found


def look(only: str, processes: int) -> tuple[Looked, bool]:
    """Send the journeys through every state; with whether every one of them came to its end."""
    with tempfile.TemporaryDirectory(prefix="ascult-axe-") as folder:
        file = Path(folder) / "looks.jsonl"
        file.touch()
        command = [sys.executable, "-m", "pytest", "tests/journeys", "--quiet", "-k", only]
        command += ["--numprocesses", str(processes), "--dist", "load"]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, "ASCULT_LOOKS": str(file)}, stdout=sys.stderr)
        looks = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return counted(looks), done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="an expression that names journeys, as pytest's -k")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    found, ended = look(given.only, given.processes)
    for line in sorted(found.lines):
        print(line)
    figures = Figures("axe")
    figures.take("states", len(found.states), at_least=1)
    figures.take("looks", found.states.total())
    figures.take("states not seen in every window", found.partly, at_most=0)
    figures.take("findings", found.wrong.total(), at_most=0)
    for rule, n in sorted(found.wrong.items()):
        figures.take(f"findings: {rule}", n)
    figures.take("journeys that came to their end", float(ended), at_least=1)
    figures.finish()


if __name__ == "__main__":
    main()
