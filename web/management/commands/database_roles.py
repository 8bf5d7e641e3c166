from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import ProgrammingError

from web import roles


class Command(BaseCommand):
    help = "Make the database roles of web and mail, and grant each what it needs; again after every migration."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = roles.make()
        except ProgrammingError as problem:
            raise CommandError(
                f"{str(problem).strip()}; connect as a role that may create roles, or go on with one role for all"
            ) from None
        self.stdout.write(f"{' and '.join(made)} are ready; DATABASE_ROLE=web or mail connects as one of them.")
