from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from django.core.management import CommandError, CommandParser

from geo.readers import ReadError, read_chunks
from neighborhoods.loading_addresses import LoadedAddresses, RefusedAddressesError, SetAside, load_addresses
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Load streets and addresses from a table, so that a place can be named without a map."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--street", required=True, metavar="COLUMN", help="name of the street")
        parser.add_argument("--lng", required=True, metavar="COLUMN", help="longitude in degrees")
        parser.add_argument("--lat", required=True, metavar="COLUMN", help="latitude in degrees")
        parser.add_argument("--number", default="", metavar="COLUMN", help="house number, where the file has addresses")
        parser.add_argument(
            "--source", required=True, help="where the file comes from; the same again brings up to date"
        )
        parser.add_argument("--replace", action="store_true", help="remove what other sources have named")
        parser.add_argument("--rejects", type=Path, help="where rows set aside are written, as JSON lines")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = {options[name]: name for name in ("street", "lng", "lat", "number") if options[name]}
        try:
            rows, broken = _read(options["file"], wanted)
            loaded = load_addresses(rows=rows, source=options["source"], replace=options["replace"], broken=broken)
        except (ReadError, RefusedAddressesError) as problem:
            raise CommandError(str(problem)) from None
        if options["rejects"]:
            _keep(options["rejects"], loaded.set_aside)
        self.stdout.write("\n".join(told(loaded)))


def _read(file: Path, wanted: dict[str, str]) -> tuple[pd.DataFrame, list[SetAside]]:
    """The columns asked for, under our names, and the rows that could not be read. Raises ReadError."""
    frames, broken = [], []
    for chunk in read_chunks(file):
        missing = [name for name in wanted if name not in chunk.frame.columns]
        if missing and len(chunk.frame):
            raise ReadError(f"{file}: no column {', '.join(missing)}; the file has {', '.join(chunk.frame.columns)}")
        frames.append(chunk.frame[[name for name in wanted if name in chunk.frame]].rename(columns=wanted))
        broken += [SetAside(one.row, one.reason, one.raw[:200]) for one in chunk.broken]
    if not frames:
        raise ReadError(f"{file}: no rows")
    return pd.concat(frames), broken


def _keep(path: Path, set_aside: tuple[SetAside, ...]) -> None:
    lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in set_aside)
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as problem:
        raise CommandError(f"loaded, but cannot write {path}: {problem.strerror or problem}") from None


def told(loaded: LoadedAddresses) -> list[str]:
    """What an operator should know after loading."""
    lines = [
        f"{'rows read':<44}{loaded.rows:>10,}",
        f"{'kept':<44}{loaded.new + loaded.changed + loaded.unchanged - loaded.derived:>10,}",
        f"{'set aside':<44}{len(loaded.set_aside):>10,}",
        *(f"{'  ' + reason:<44}{n:>10,}" for reason, n in sorted(loaded.reasons.items())),
        f"{'streets placed among their addresses':<44}{loaded.derived:>10,}",
        f"{'entries new':<44}{loaded.new:>10,}",
        f"{'entries changed':<44}{loaded.changed:>10,}",
        f"{'entries unchanged':<44}{loaded.unchanged:>10,}",
        f"{'entries removed, no longer in the file':<44}{loaded.removed:>10,}",
    ]
    for reason in sorted(loaded.reasons):
        first = next(one for one in loaded.set_aside if one.reason == reason)
        lines.append(f"first row set aside as {reason}: row {first.row} ({first.raw})")
    return lines
