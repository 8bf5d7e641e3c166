"""Lighthouse on the report page, as on a phone: medians of several runs. Last line: JSON.

Needs Node 18.16 or later and Chromium. What it runs is locked in bench/lighthouse/package-lock.json; script/drill
installs it into .ascult/lighthouse. Nothing of it is ever served.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench._city import ROOT, load_places, use_database
from bench._figures import Figures
from bench._site import served

FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
AIMS = {"performance": 0.95, "accessibility": 1.0, "best-practices": 0.95}
HOME = ROOT / ".ascult" / "lighthouse"
LOCK = ROOT / "bench" / "lighthouse" / "package-lock.json"
PROGRAM = HOME / "node_modules" / ".bin" / "lighthouse"
# What the score of performance is made of, for people: shown, and no aim of its own.
MADE_OF = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")
# Now and then the browser's trace is not to be had, which says nothing about the page.
TRIES = 3


def is_installed() -> bool:
    """Whether Lighthouse is there as locked."""
    kept = HOME / LOCK.name
    return PROGRAM.exists() and kept.is_file() and kept.read_bytes() == LOCK.read_bytes()


def scores(url: str) -> dict[str, float]:
    """One run on one page: score by category, 0 to 1."""
    command = [str(PROGRAM), url, "--quiet", f"--only-categories={','.join(AIMS)}", f"--chrome-flags={FLAGS}"]
    said = ""
    for _try in range(TRIES):
        # Into a file: what is written to a pipe is cut at 64 KiB where the program ends before the reader has read on.
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            done = subprocess.run(
                [*command, "--output=json", f"--output-path={file.name}"],
                capture_output=True,
                text=True,
                timeout=180,
                env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
            )
            written = Path(file.name).read_text()
        report = json.loads(written) if written else {}
        if report and not done.returncode and "runtimeError" not in report:
            made_of = {name: report["audits"][name]["displayValue"] for name in MADE_OF}
            print(", ".join(f"{name} {value}" for name, value in made_of.items()), file=sys.stderr, flush=True)
            return {name: c["score"] for name, c in report["categories"].items()}
        said = f"{done.stderr}\n{report.get('runtimeError', '')}"[-2000:]
    raise RuntimeError(f"Lighthouse failed {TRIES} times on {url}:\n{said}")


def measure(url: str, runs: int) -> dict[str, float]:
    """The median of each score over so many runs."""
    all_scores = []
    for turn in range(runs):
        all_scores.append(scores(url))
        print(f"run {turn + 1} of {runs}: {all_scores[-1]}", file=sys.stderr, flush=True)
    return {name: statistics.median(one[name] for one in all_scores) for name in AIMS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--path", default="/ro/issues/new/")
    given = parser.parse_args()
    if not is_installed():
        sys.exit("Lighthouse is not installed: script/drill lighthouse does it, from the lock")
    use_database("ascult_drill_pages", fresh=True)
    load_places()
    figures = Figures("lighthouse")
    with served(os.environ["DATABASE_URL"]) as site:
        medians = measure(site + given.path, given.runs)
    for name, aim in AIMS.items():
        figures.take(f"{name}, median of {given.runs}", medians[name], at_least=aim)
    figures.finish()


if __name__ == "__main__":
    main()
