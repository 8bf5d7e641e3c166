"""A real worker for tests: the site's own command, and one task that hangs the first time it is tried."""

import os
import sys
import time
from pathlib import Path

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from procrastinate.contrib.django import app  # noqa: E402


@app.task(name="hang_once")
def hang_once(log: str) -> None:
    """Writes its process into the log; the first to come never leaves."""
    path = Path(log)
    first = not path.exists()
    with path.open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    if first:
        time.sleep(600)


if __name__ == "__main__":
    call_command("procrastinate", *sys.argv[1:])
