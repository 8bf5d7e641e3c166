from __future__ import annotations

from typing import Any

from django.core.management import CommandParser

from issues.photos import sweep_photos
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Remove files of photos that belong to no report (any more). Files of the last hour are left alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say which files would go")

    def handle(self, *args: Any, **options: Any) -> None:
        found = sweep_photos(dry_run=options["dry_run"])
        if options["dry_run"]:
            for path in found:
                self.stdout.write(str(path))
        self.stdout.write(f"{len(found)} files {'would go' if options['dry_run'] else 'are gone'}.")
