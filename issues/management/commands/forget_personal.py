from __future__ import annotations

from typing import Any

from django.core.management import CommandParser

from issues.retention import forget_personal
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Forget what is personal and has had its time, by the days in the city's file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would be forgotten, forget nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        dry = options["dry_run"]
        for kind, n in forget_personal(dry_run=dry).items():
            self.stdout.write(f"{kind:<44}{n:>8,}")
        self.stdout.write("Nothing was forgotten: this was a dry run." if dry else "Forgotten.")
