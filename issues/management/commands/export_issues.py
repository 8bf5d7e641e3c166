from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from issues.actions import OWN_SOURCE
from issues.exporting import export_issues
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Write the issues of one source as CSV, in the columns that import_issues --mapping ascult reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", default=OWN_SOURCE)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as file:
                rows = export_issues(file, options["source"])
            os.replace(part, path)
        except OSError as problem:
            raise CommandError(f"cannot write {path}: {problem.strerror}") from None
        self.stdout.write(
            f"{rows} issues of source {options['source']} in {path}. They hold true places: keep it safe."
        )
