"""How long do many users at once wait, and what does a whole export cost? Against a running server, on the same cores.

Users think one to three seconds; four of five ask for the map, the list and the API's lists, one of five reports a
problem by the API under a key of its own. Every twentieth answer is looked into. The worker runs as beside every site.
What an answer costs the processors says how much of a machine is left. Then every export whole: what the server's
process holds more at its peak; and the GeoJSON of the same rows object by object, through Django REST framework's
serializers: the content must be the same, its time and memory stand beside.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import math
import os
import random
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench._city import ROOT, load_places, pins, use_database
from bench._figures import Figures
from bench._kills import children
from bench._memory import apart, now_mb, peak_mb, processor_s, shared_fairly_mb
from bench._site import served
from bench._users import POST, READ, Asked, Users, read, report
from bench.counts import span_box

WARM_S = 15.0
AT_MOST_MS = {POST: 400.0, READ: 500.0}
EXPORT_MB = 60.0
MEGABYTE = 2**20
PX = (1152, 576)


def prepare(n: int) -> None:
    """A database of n issues, made once and kept, and up to date."""
    made = use_database(f"ascult_bench_api_{n}", fresh=False)
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from issues.importing import finish_statistics, import_file
    from issues.mappings import load_mapping
    from issues.models import Issue
    from issues.tallies import fold_tallies

    if made:
        load_places()
    call_command("migrate", verbosity=0, interactive=False)
    if Issue.objects.count() < n:
        import_file(path=pins(n), mapping=load_mapping("demo", settings.FIXTURES / "mappings"), city=settings.CITY)
    fold_tallies()
    finish_statistics()
    connection.close()


@contextlib.contextmanager
def copied() -> Iterator[str]:
    """The address of a copy of the database, which goes away: what is reported here is nobody's."""
    address = os.environ["DATABASE_URL"]
    given = conninfo_to_dict(address)
    name = f"{given['dbname']}_run"
    with psycopg.connect(make_conninfo(**{**given, "dbname": "postgres"}), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{given["dbname"]}"')
        try:
            yield make_conninfo(**{**given, "dbname": name})
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class Draw:
    """What a user asks next, at random."""

    def __init__(self) -> None:
        from django.conf import settings

        self.box = settings.CITY.bbox
        self.centre = settings.CITY.centre
        self.subjects = tuple(one.slug for one in settings.CITY.categories if not one.sensitive)
        self.plain = ("roads", "lighting", "parks")
        self.numbers = self._numbers()

    @staticmethod
    def _numbers() -> list[str]:
        from django.db import connection

        from issues.models import Issue
        from issues.naming import tracking_number

        rows = Issue.objects.public().filter(category__sensitive=False).order_by("?")[:200]
        found = [tracking_number(pk) for pk in rows.values_list("pk", flat=True)]
        connection.close()
        return found

    def __call__(self, rng: random.Random) -> Asked:
        if rng.random() < 0.2:
            west, south, east, north = span_box(self.centre)
            return report(rng, (west, south, east, north), self.plain)
        ways: tuple[tuple[float, Callable[[random.Random], Asked]], ...] = (
            (0.5, self._map),
            (0.2, self._list),
            (0.15, self._api_list),
            (0.1, self._api_map),
            (0.05, self._one),
        )
        way = rng.choices([way for _share, way in ways], [share for share, _way in ways])[0]
        return way(rng)

    def _filters(self, rng: random.Random) -> dict[str, str]:
        asked = {}
        if rng.random() < 0.5:
            asked["category"] = rng.choice(self.subjects)
        if rng.random() < 0.5:
            asked["state"] = rng.choice(["open", "closed", "received", "in_progress", "resolved"])
        return asked

    def _view(self, rng: random.Random, zoom: int) -> str:
        west, south, east, north = span_box(self.centre)
        lng, lat = rng.uniform(west, east), rng.uniform(south, north)
        per_px = 360 / 256 / 2**zoom
        wide, high = PX[0] * per_px / 2, PX[1] * per_px * math.cos(math.radians(lat)) / 2
        return ",".join(f"{v:.5f}" for v in (lng - wide, lat - high, lng + wide, lat + high))

    def _map(self, rng: random.Random) -> Asked:
        zoom, res = rng.choice([(12, 8), (14, 9), (15, 10), (17, 10)])
        asked = {**self._filters(rng), "res": str(res), "bbox": self._view(rng, zoom)}
        return read("map", "/en/live/cells.json", asked, _adds_up)

    def _list(self, rng: random.Random) -> Asked:
        return read("list", "/ro/issues/", self._filters(rng), lambda body: b"</html>" in body)

    def _api_list(self, rng: random.Random) -> Asked:
        asked = {**self._filters(rng), "page_size": rng.choice(["50", "100"])}
        return read("API, list", "/api/v1/issues", asked, lambda body: "results" in json.loads(body))

    def _api_map(self, rng: random.Random) -> Asked:
        asked = {**self._filters(rng), "bbox": self._view(rng, 16), "format": "geojson"}
        return read("API, map", "/api/v1/issues", asked, lambda body: "features" in json.loads(body))

    def _one(self, rng: random.Random) -> Asked:
        return read("API, one", f"/api/v1/issues/{rng.choice(self.numbers)}", {}, lambda body: b'"steps"' in body)


def _adds_up(body: bytes) -> bool:
    answer = json.loads(body)
    return sum(f["properties"].get("n", 1) for f in answer["features"]) + answer["elsewhere"] == answer["total"]


def environment() -> dict[str, str]:
    """Each user has an address; they report more than people do."""
    return {"PROXIES": "1", "ASCULT_REPORTS_PER_HOUR": "100000000", "DEBUG": "0"}


@contextlib.contextmanager
def worker(url: str) -> Iterator[None]:
    """The worker that runs beside every site."""
    command = [sys.executable, str(ROOT / "manage.py"), "procrastinate", "worker"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url}, **quiet)  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def server_of(site: str) -> list[int]:
    """The processes of the gunicorn at an address that is ours: master first."""
    port = site.rpartition(":")[2]
    for child in children(os.getpid()):
        if f"127.0.0.1:{port}".encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            return [child, *children(child)]
    raise RuntimeError("the server is not there")


def load(figures: Figures, users: int, minutes: float) -> None:
    """Many users at once."""
    draw = Draw()
    with copied() as url, served(url, **environment()) as site, worker(url):
        pids = server_of(site)
        Users(site, draw).run(min(users, 20), 5, 0, seed=2)  # what every process reads once
        before, spent, own = shared_fairly_mb(pids), processor_s(pids), time.process_time()
        tally = Users(site, draw).run(users, minutes * 60, WARM_S)
        after, spent, own = shared_fairly_mb(pids), processor_s(pids) - spent, time.process_time() - own
    for name in sorted(tally.seconds):
        taken = np.array(tally.seconds[name]) * 1000
        at_most = AT_MOST_MS.get(name)
        for share in (50, 95, 99):
            aim = at_most if share == 95 else None
            figures.take(f"{name}: {share}th percentile", float(np.percentile(taken, share)), "ms", at_most=aim)
    figures.take("answers a second", tally.answers / (minutes * 60))
    figures.take("processor time of an answer, server", spent / tally.asked * 1000, "ms")
    figures.take("processor time of an answer, user", own / tally.asked * 1000, "ms")
    figures.take("errors", len(tally.errors), at_most=0)
    for error in tally.errors[:5]:
        print(f"  {error}", file=sys.stderr)
    figures.take("server, memory before", before, "MB")
    figures.take("server, more memory after", after - before, "MB")


def exports(figures: Figures) -> None:
    """Each export whole, from a server of one process that has answered a small one before."""
    from django.db import connection

    from web.pages import shown
    from web.pages.filters import Asked as Question

    wanted = shown.rows(Question(), shown.current_set()).count()
    connection.close()
    counts: dict[str, Callable[[bytes], int]] = {
        "csv": lambda body: sum(1 for _row in csv.reader(io.StringIO(body.decode(), newline=""))) - 1,
        "geojson": lambda body: len(json.loads(body)["features"]),
        "parquet": _rows_of_parquet,
    }
    for kind, count in counts.items():
        with served(os.environ["DATABASE_URL"], workers=1, **environment()) as site:
            process = server_of(site)[1]
            address = f"{site}/api/v1/issues.{kind}"
            urllib.request.urlopen(f"{address}?since=2020-01&until=2020-01", timeout=60).read()
            before, started = now_mb(process), time.perf_counter()
            with urllib.request.urlopen(address, timeout=300) as answer:
                body = answer.read()
            took = time.perf_counter() - started
            more = peak_mb(process) - before
        if count(body) != wanted:
            raise AssertionError(f"{kind}: {count(body)} rows, {wanted} are public")
        figures.take(f"export {kind}: rows", wanted)
        figures.take(f"export {kind}: time", took, "s")
        figures.take(f"export {kind}: size", len(body) / MEGABYTE, "MB")
        figures.take(f"export {kind}: more memory at the peak", more, "MB", at_most=EXPORT_MB)


def _rows_of_parquet(body: bytes) -> int:
    import pyarrow.parquet

    return int(pyarrow.parquet.read_table(io.BytesIO(body)).num_rows)


def streamed_geojson() -> Iterator[bytes]:
    """As the site sends it: built in the database, handed on as it is read."""
    from web.api.exports import features_of, one_moment
    from web.pages import shown
    from web.pages.filters import Asked as Question

    return one_moment(features_of(shown.rows(Question(), shown.current_set())))


def measured(way: Callable[[], Iterator[bytes]]) -> tuple[float, float, str]:
    """Seconds, MB more at the peak, and a digest of the content, whatever the order of members."""
    from django.db import connection

    connection.close()
    before, started = now_mb(os.getpid()), time.perf_counter()
    with Path(os.devnull).open("wb") as nowhere:
        for part in way():
            nowhere.write(part)
    took, more = time.perf_counter() - started, peak_mb(os.getpid()) - before
    digest = hashlib.sha256()
    for feature in json.loads(b"".join(way()))["features"]:
        digest.update(json.dumps(feature, sort_keys=True).encode())
    return took, more, digest.hexdigest()


def beside(figures: Figures) -> None:
    """Ours and object by object, each in a process of its own."""
    from bench._serialised import object_by_object

    ours, theirs = (apart(lambda way=way: measured(way)) for way in (streamed_geojson, object_by_object))
    if ours[2] != theirs[2]:
        raise AssertionError("the two GeoJSONs differ in content")
    figures.take("GeoJSON: time", float(ours[0]), "s")
    figures.take("GeoJSON: more memory at the peak", float(ours[1]), "MB")
    figures.take("GeoJSON object by object, times as long", float(theirs[0]) / float(ours[0]), "x", at_least=1)
    figures.take("GeoJSON object by object: more memory at the peak", float(theirs[1]), "MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--issues", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--only", choices=["load", "exports"])
    options = parser.parse_args()
    print(f"{(__doc__ or '').strip()}\n\nload {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores", flush=True)
    prepare(options.issues)
    figures = Figures("api")
    if options.only != "exports":
        load(figures, options.users, options.minutes)
    if options.only != "load":
        exports(figures)
        beside(figures)
    figures.finish()


if __name__ == "__main__":
    main()
