"""A private cluster and a server of its own, made to be killed: both in one folder that goes away afterwards."""

from __future__ import annotations

import contextlib
import os
import pwd
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from bench._site import free_port

ROOT = Path(__file__).resolve().parent.parent
NAME = "ascult_drill"
# fsync and synchronous_commit are on, as PostgreSQL has them; little memory, since nothing here is large.
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 64MB
jit = off
timezone = 'UTC'
"""
# Nobody's statement may be logged with the words in it.
QUIET = "log_min_error_statement = panic\nlog_error_verbosity = terse\n"


class CannotDrillError(RuntimeError):
    """What the drill needs and this machine lacks."""


def programs() -> Path:
    """The folder of the newest installed PostgreSQL server. Raises CannotDrillError where there is none."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    if not found:
        raise CannotDrillError("no initdb here: install a PostgreSQL server with PostGIS")
    return max(found, key=lambda path: int((re.findall(r"\d+", str(path)) or ["0"])[-1]))


def owner() -> str | None:
    """Who the server runs as: PostgreSQL does not run as root. Raises CannotDrillError where there is nobody."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    raise CannotDrillError("PostgreSQL does not run as root, and there is no user postgres")


def children(parent: int) -> list[int]:
    """Processes whose parent is that one."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                after_name = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                if int(after_name[1]) == parent:
                    found.append(int(entry.name))
    return found


def kill(processes: list[int]) -> None:
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


class Cluster:
    """A PostgreSQL cluster with one database, reached by a socket in its folder alone."""

    def __init__(self, folder: Path) -> None:
        self.bin, self.owner, self.data = programs(), owner(), folder / "data"
        self.socket, self.log = folder / "run", folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = f"postgresql:///{NAME}?host={str(self.socket).replace('/', '%2F')}&user=postgres"

    def make(self) -> None:
        self.socket.mkdir(mode=0o700)
        self.data.mkdir(mode=0o700)
        if self.owner:
            for path in (self.socket, self.data):
                shutil.chown(path, self.owner, self.owner)
        command = [self.bin / "initdb", "--pgdata", self.data, "--username=postgres", "--encoding=UTF8"]
        command += ["--locale=C.UTF-8", "--auth=trust", "--no-instructions"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as_owner())
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(SETTINGS.format(socket=self.socket) + QUIET)
        self.start()
        with psycopg.connect(self.url.replace(f"/{NAME}?", "/postgres?"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {NAME}")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")

    def start(self) -> None:
        with self.log.open("ab") as log:
            command = [self.bin / "postgres", "-D", self.data]
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self._as_owner()
            )
        self.wait_until_ready(self.url.replace(f"/{NAME}?", "/postgres?"))

    def wait_until_ready(self, url: str = "", seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(psycopg.Error), psycopg.connect(url or self.url, connect_timeout=5):
                return
            time.sleep(0.05)
        raise RuntimeError(f"the cluster does not answer:\n{self.log.read_text(errors='replace')[-2000:]}")

    def kill_backend(self, rng: random.Random) -> None:
        """Kill the session of somebody at work; the cluster then ends all others and mends itself."""
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
        for _ in range(100):
            with psycopg.connect(self.url) as connection:
                sessions = [pid for (pid,) in connection.execute(asked, [NAME])]
            if sessions:
                return kill([rng.choice(sessions)])
            time.sleep(0.05)
        raise RuntimeError("no session is at work")

    def kill(self) -> None:
        """Kill the server and every process of it at one moment."""
        if self.process is None:
            return
        master = self.process.pid
        everybody = [master, *children(master)]
        kill(everybody)
        self.process.wait()
        while any(Path(f"/proc/{pid}").exists() and pid != master for pid in everybody[1:]):
            kill(everybody[1:])
            time.sleep(0.02)
        self.process = None
        # As after a power cut: the names of what is gone are left behind.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket.iterdir():
            left.unlink()

    def _as_owner(self) -> dict[str, Any]:
        return {"user": self.owner, "group": self.owner, "extra_groups": []} if self.owner else {}


class Server:
    """A gunicorn of two workers with four threads each, always at one address."""

    def __init__(self, folder: Path, url: str) -> None:
        self.port, self.log, self.state = free_port(), folder / "site.log", folder / "state"
        self.address = f"http://127.0.0.1:{self.port}"
        self.state.mkdir()
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "ASCULT_STATE": str(self.state),
            "ASCULT_REPORTS_PER_HOUR": "100000000",
            "BASE_MAP": "0",
            "DEBUG": "0",
        }
        for name in ("DJANGO_SETTINGS_MODULE", "ALLOWED_HOSTS", "SECRET_KEY"):
            self.environment.pop(name, None)
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> None:
        subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            check=True,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "web.wsgi:application", "--chdir", str(ROOT)]
        command += ["--preload", "--no-control-socket", "--workers", "2", "--threads", "4"]
        command += ["--bind", f"127.0.0.1:{self.port}"]
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    command,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        self._wait()

    def kill_worker(self, rng: random.Random) -> None:
        kill([rng.choice(children(self.processes[-1].pid))])

    def kill(self, grace_s: float = 1.0) -> None:
        """Kill the server. Its workers notice and go on for a little; who is left then is killed too, as whoever
        starts it again would do: they hold the port."""
        master = self.processes[-1]
        kill([master.pid])
        master.wait()
        time.sleep(grace_s)
        self._kill_group(master)

    def end(self) -> None:
        """End every process of every server that was started here."""
        for process in self.processes:
            self._kill_group(process)
            process.wait()

    @staticmethod
    def _kill_group(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)

    def _wait(self) -> None:
        for _ in range(600):
            if self.processes[-1].poll() is not None:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.address}/healthz", timeout=2):
                return
            time.sleep(0.05)
        raise RuntimeError(f"the site does not answer:\n{self.log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def grounds() -> Iterator[tuple[Cluster, Server]]:
    """A cluster with the tables and the city's areas, and a server on it; all of it gone on leaving."""
    programs()
    with tempfile.TemporaryDirectory(prefix="ascult-drill-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        cluster = Cluster(folder)
        server = Server(folder, cluster.url)
        try:
            cluster.make()
            # An empty database gets its tables and the city's subjects by the way.
            areas = ROOT / "fixtures" / "boundaries" / "timisoara_neighborhoods.geojson"
            server.manage("load_boundaries", str(areas), "--name-field", "name", "--valid-from", "2020-01-01")
            server.start()
            yield cluster, server
        finally:
            server.end()
            cluster.kill()
