"""schemathesis over the whole description of the API, against a running server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = ROOT / "bench" / "fuzz.toml"
_CASES = re.compile(r"Test cases:\s+([\d,]+) generated(?:, ([\d,]+) found ([\d,]+) unique failure)?")


@dataclass(frozen=True)
class Round:
    """What one round came to: cases sent, whether every answer was as described, and all that was said."""

    cases: int
    good: bool
    said: str


def fuzz(site: str, *, examples: int, seed: int, key: str = "", phases: str = "coverage,fuzzing") -> Round:
    """Send to every operation what its description allows and what it does not, `examples` times each beside the
    combinations of the coverage phase. `key` is that of a program; without one, anybody asks."""
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run"]
    command += [f"{site}/api/v1/schema.json", "--url", site, "--checks", "all", "--phases", phases]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure", "--no-color"]
    command += ["--header", f"Authorization: Bearer {key}"] if key else []
    with tempfile.TemporaryDirectory(prefix="ascult-fuzz-") as folder:
        env = {**os.environ, "SCHEMATHESIS_HOOKS": "bench._fuzz_hooks", "PYTHONPATH": str(ROOT), "COLUMNS": "120"}
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    found = _CASES.search(done.stdout)
    cases = int(found[1].replace(",", "")) if found else 0
    return Round(cases, done.returncode == 0 and cases > 0, done.stdout + done.stderr)
