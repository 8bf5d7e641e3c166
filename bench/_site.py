"""A running site for drills: packed static files, gunicorn on loopback, a small city in a database of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Files of pages for staff and programs; residents' pages use none of them.
NOT_OURS = ("admin", "gis", "rest_framework")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(database_url: str, *, workers: int = 2, **environment: str) -> Iterator[str]:
    """The address of a gunicorn on that database, with its static files collected and packed; ended on leaving.

    Raises RuntimeError with what it said where it does not answer within half a minute.
    """
    with tempfile.TemporaryDirectory(prefix="ascult-site-") as state:
        env = {**os.environ, "DATABASE_URL": database_url, "ASCULT_STATE": state, "BASE_MAP": "0", **environment}
        collect = [sys.executable, ROOT / "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
        subprocess.run([*collect, *(f"--ignore={name}" for name in NOT_OURS)], check=True, env=env)
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "web.wsgi:application", "--chdir", str(ROOT)]
        command += ["--no-control-socket", "--workers", str(workers), "--threads", "4", "--bind", f"127.0.0.1:{port}"]
        with (Path(state) / "site.log").open("w+b") as log:
            process = subprocess.Popen(command, env=env, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
            try:
                _wait(process, port, Path(log.name))
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()
                process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the site does not answer:\n{log.read_text(errors='replace')[-2000:]}")
