"""Lighthouse on the report page, as on a phone: medians of several runs. Last line: JSON.

Needs Node 18.16 or later and Chromium. What it runs is locked in bench/lighthouse/package-lock.json and installed into
.ascult/lighthouse; nothing of it is ever served.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
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


def installed() -> Path:
    """Lighthouse as locked, installed when missing or when the lock has changed."""
    lock = ROOT / "bench" / "lighthouse" / "package-lock.json"
    kept = HOME / "package-lock.json"
    if not (HOME / "node_modules").is_dir() or kept.read_bytes() != lock.read_bytes():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("script/drill lighthouse: Node is missing; apt-get install nodejs npm")
        shutil.rmtree(HOME, ignore_errors=True)
        HOME.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(lock.with_name(name), HOME)
        print("installing Lighthouse …", file=sys.stderr, flush=True)
        subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
            cwd=HOME,
            check=True,
            stdout=sys.stderr,
            env={**os.environ, "PUPPETEER_SKIP_DOWNLOAD": "1"},
        )
    return HOME / "node_modules" / ".bin" / "lighthouse"


def scores(program: Path, url: str) -> dict[str, float]:
    """One run on one page: score by category, 0 to 1."""
    command = [str(program), url, "--quiet", f"--only-categories={','.join(AIMS)}", f"--chrome-flags={FLAGS}"]
    done = subprocess.run(
        [*command, "--output=json", "--output-path=stdout"],
        capture_output=True,
        text=True,
        timeout=180,
        env={**os.environ, "CHROME_PATH": shutil.which("chromium") or ""},
    )
    if done.returncode:
        sys.exit(f"Lighthouse failed on {url}:\n{done.stderr[-2000:]}")
    return {name: c["score"] for name, c in json.loads(done.stdout)["categories"].items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--path", default="/ro/issues/new/")
    given = parser.parse_args()
    program = installed()
    use_database("ascult_drill_pages", fresh=True)
    load_places()
    figures = Figures("lighthouse")
    with served(os.environ["DATABASE_URL"]) as site:
        runs = []
        for turn in range(given.runs):
            runs.append(scores(program, site + given.path))
            print(f"run {turn + 1} of {given.runs}: {runs[-1]}", file=sys.stderr, flush=True)
    for name, aim in AIMS.items():
        figures.take(f"{name}, median of {given.runs}", statistics.median(r[name] for r in runs), at_least=aim)
    figures.finish()


if __name__ == "__main__":
    main()
