"""How dear is it to know where every voice belongs? Import and index against a bare COPY of the same finished rows.

Inside the import's clock: reading the CSV, mapping, checking, placing (neighborhood, cell, public point), digests,
storing issues and their status history with all constraints, keeping the counts, commits. Timed apart: default pins,
incidents, folding the counts. The bare COPY writes the finished issue rows alone (no history) from one CSV file, once
into the very table, with its constraints and triggers, and once into a copy of it that has the indexes only.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench._city import WORK, load_places, pins, use_database
from bench._figures import Figures

DATABASE = "ascult_bench_index"


def imported(n: int) -> tuple[float, float]:
    """Seconds and peak MiB of an import of n rows in this process."""
    from django.conf import settings

    from issues.importing import import_file
    from issues.mappings import load_mapping

    mapping = load_mapping("demo", settings.FIXTURES / "mappings")
    path = pins(n)
    started = time.perf_counter()
    quality = import_file(path=path, mapping=mapping, city=settings.CITY)
    seconds = time.perf_counter() - started
    if not quality.adds_up or quality.read != n:
        raise AssertionError(f"the import of {n} rows does not add up: {quality}")
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def child(n: int) -> None:
    """One measurement in a fresh process on a fresh database; prints seconds and MiB."""
    use_database(DATABASE, fresh=True)
    load_places()
    seconds, peak = imported(n)
    print(seconds, peak)


def in_fresh_process(n: int) -> tuple[float, float]:
    from django.db import connection

    connection.close()  # the child makes the database anew
    command = [sys.executable, "-m", "bench.index", "--child", str(n)]
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return float(out[-2]), float(out[-1])


def timed(step: Callable[[], object]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def run_sql(*statements: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def copy_from(table: str, path: Path) -> None:
    from django.db import connection, transaction

    command = f"COPY {table} FROM STDIN (FORMAT csv)"
    with transaction.atomic(), connection.cursor() as cursor, path.open("rb") as file, cursor.copy(command) as copy:
        while block := file.read(1 << 20):
            copy.write(block)


def copy_to(table: str, path: Path) -> None:
    from django.db import connection

    command = f"COPY {table} TO STDOUT (FORMAT csv)"
    with connection.cursor() as cursor, path.open("wb") as file, cursor.copy(command) as copy:
        for block in copy:
            file.write(block)


def bare_copies(n: int) -> tuple[float, float]:
    """Seconds of a bare COPY of the rows now in the table: with its constraints and triggers, and with indexes only."""
    from django.db import connection

    path = WORK / "finished.csv"
    copy_to("issues_issue", path)
    run_sql("CHECKPOINT", "CREATE TABLE bare (LIKE issues_issue INCLUDING ALL)")
    bare = timed(lambda: copy_from("bare", path))
    run_sql("DROP TABLE bare", "TRUNCATE issues_issue, issues_statuschange, issues_incident", "CHECKPOINT")
    same = timed(lambda: copy_from("issues_issue", path))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM issues_issue")
        if cursor.fetchone()[0] != n:
            raise AssertionError("the bare COPY did not bring back every row")
    path.unlink()
    return same, bare


def measure(figures: Figures, n: int, rounds: int) -> float:
    """The ratio at n rows: medians over the rounds, the import always beside its own copy."""
    ratios, peaks = [], []
    for _ in range(rounds):
        seconds, peak = in_fresh_process(n)
        same, bare = bare_copies(n)
        ratios.append((seconds / same, seconds / bare, seconds, same, bare))
        peaks.append(peak)
    ratios.sort()
    to_same, to_bare, seconds, same, bare = ratios[len(ratios) // 2]
    figures.take(f"import of {n:,} rows", seconds, "s")
    figures.take(f"rows per second at {n:,}", n / seconds, "rows/s")
    figures.take(f"bare COPY of {n:,}, same table", same, "s")
    figures.take(f"bare COPY of {n:,}, indexes only", bare, "s")
    figures.take(f"import / COPY, indexes only, at {n:,}", to_bare, "x")
    figures.take(f"peak memory of the import at {n:,}", max(peaks), "MiB", at_most=1024)
    return to_same


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs=2, default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3, help="rounds at the smaller size; one at the larger")
    parser.add_argument("--child", type=int)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    use_database(DATABASE, fresh=True)
    few, many = options.rows
    for n in (few, many):
        pins(n)
    figures = Figures("index")
    at_few = measure(figures, few, options.rounds)
    at_many = measure(figures, many, 1)
    figures.take(f"import / COPY, same table, at {few:,}", at_few, "x")
    figures.take(f"import / COPY, same table, at {many:,}", at_many, "x", at_most=3)
    figures.take("ratio at the larger / ratio at the smaller", at_many / at_few, "x", at_most=1)
    apart(figures, many)
    figures.finish()


def apart(figures: Figures, n: int) -> None:
    """What follows an import, on n rows."""
    from issues.importing import finish_statistics
    from issues.relink import mark_default_pins, relink
    from issues.tallies import fold_tallies

    finish_statistics()
    for what, step in (("default pins", mark_default_pins), ("incidents", relink), ("folding counts", fold_tallies)):
        figures.take(f"{what} over {n:,} rows", timed(step), "s")


if __name__ == "__main__":
    main()
