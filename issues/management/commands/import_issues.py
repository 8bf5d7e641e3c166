from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.db import OperationalError
from django.db.models import Count

from geo.readers import Chunk, ReadError
from issues.importing import Quality, SourceBusyError, finish_statistics, import_file
from issues.mappings import MappingError, load_mapping
from issues.mappings.areas import AreaCheck
from issues.models import Issue
from issues.relink import DefaultPin, mark_default_pins, relink
from issues.tallies import fold_tallies
from neighborhoods.management.base import CityCommand

T = TypeVar("T")

KEPT = "What was stored before stays stored: run the same command again once this is mended."


class Command(CityCommand):
    help = "Import issues from CSV, JSON, GeoJSON or Parquet through a mapping file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help="a name in fixtures/mappings, or a TOML file")
        parser.add_argument("--dry-run", action="store_true", help="read and judge every row, store nothing")
        parser.add_argument("--rejects", type=Path, help="where rows set aside are written, as JSON lines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            mapping = load_mapping(options["mapping"], settings.FIXTURES / "mappings")
            quality = import_file(
                path=options["file"],
                mapping=mapping,
                city=settings.CITY,
                rejects=options["rejects"],
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except (ReadError, MappingError, SourceBusyError) as problem:
            raise CommandError(f"{problem}\n{KEPT}") from None
        except OperationalError as problem:
            raise CommandError(f"the database went away: {str(problem).strip()}\n{KEPT}") from None
        pins: list[DefaultPin] = []
        if not options["dry_run"]:
            self._timed("statistics", finish_statistics)
            pins = self._timed("default pins", mark_default_pins)
            linked = self._timed("incidents", relink)
            self.stdout.write(f"Incidents: {linked.incidents} from {linked.issues} issues.")
            self._timed("counts", fold_tallies)
        self.stdout.write("\n".join(quality_table(quality, pins, stored=not options["dry_run"])))
        if not quality.adds_up:
            raise CommandError("the table does not add up to the file: please report this with the file's first lines")

    def _progress(self, quality: Quality, chunk: Chunk, seconds: float) -> None:
        rate = quality.read / max(seconds, 1e-6)
        left = seconds * (chunk.bytes_total - chunk.bytes_done) / max(chunk.bytes_done, 1)
        self.stderr.write(f"{quality.read:>10,} rows  {rate:>8,.0f} rows/s  {left:>6.0f} s left")

    def _timed(self, what: str, step: Callable[[], T]) -> T:
        started = time.monotonic()
        result = step()
        self.stderr.write(f"{what}: {time.monotonic() - started:.1f} s")
        return result


def quality_table(quality: Quality, pins: list[DefaultPin], *, stored: bool) -> list[str]:
    """The data-quality table that follows every import."""
    lines = [
        f"Source {quality.source}{'' if stored else ' (dry run: nothing stored)'}",
        f"{'rows read':<44}{quality.read:>10,}",
        f"{'kept':<44}{quality.kept:>10,}",
        f"{'  new':<44}{quality.new:>10,}",
        f"{'  updated':<44}{quality.updated:>10,}",
        f"{'  unchanged':<44}{quality.unchanged:>10,}",
        f"{'repeated ids, same content':<44}{quality.repeated:>10,}",
        f"{'set aside':<44}{sum(quality.set_aside.values()):>10,}",
    ]
    lines += [f"{'  ' + reason:<44}{n:>10,}" for reason, n in sorted(quality.set_aside.items())]
    lines += [f"{what:<44}{n:>10,}" for what, n in quality.blanked.items() if n]
    lines += [
        f"{'whole-degree coordinates':<44}{quality.whole_degrees:>10,}",
        f"{'category not in the mapping':<44}{sum(quality.unmapped.values()):>10,}",
    ]
    lines += [f"{'  ' + value[:38]:<44}{n:>10,}" for value, n in quality.unmapped.most_common(10)]
    lines += [f"{'day of opening told, without the hour':<44}{quality.day_only:>10,}"] if quality.day_only else []
    lines += _areas(quality.areas) if quality.areas is not None else []
    if quality.missing_columns:
        lines.append(f"columns of the mapping that the file lacks: {', '.join(quality.missing_columns)}")
    return lines + (_placed(quality.source) + _pins(pins) if stored else [])


def _areas(check: AreaCheck) -> list[str]:
    """How the source's own word for the area of a row compares with where its point lies."""
    lines = [
        f"{'area as the source says: the same as ours':<44}{check.agrees:>10,}",
        f"{'area as the source says: another':<44}{sum(check.differs.values()):>10,}",
    ]
    lines += [
        f"{f'  {said[:18]}, ours {ours[:14]}':<44}{n:>10,}  first {check.first[said, ours]}"
        for (said, ours), n in check.differs.most_common(10)
    ]
    lines.append(f"{'area as the source says: no name of ours':<44}{sum(check.unknown.values()):>10,}")
    return lines + [f"{'  ' + word[:38]:<44}{n:>10,}" for word, n in check.unknown.most_common(3)]


def _placed(source: str) -> list[str]:
    rows = Issue.objects.filter(source=source).values_list("place_state").annotate(n=Count("pk"))
    held = dict(rows)
    total = sum(held.values()) or 1
    words = {
        "inside": "in one neighborhood",
        "overlap": "in two or more",
        "border": "on a border",
        "outside": "in none",
    }
    return [
        f"{'  ' + words[state]:<44}{held.get(state, 0):>10,}  {held.get(state, 0) / total:>6.1%}" for state in words
    ]


def _pins(pins: list[DefaultPin]) -> list[str]:
    lines = [f"{'default pins (kept, left out of analysis)':<44}{len(pins):>10,}"]
    return lines + [f"  {p.lat}, {p.lng}: {p.issues:,} issues of {p.subjects} categories" for p in pins]
