from __future__ import annotations

import sys
from typing import Any

from django.core.management import CommandError, CommandParser

from issues.erasing import KINDS, erase_again, erase_person, mentions
from issues.naming import tracking_number
from neighborhoods.management.base import CityCommand
from neighborhoods.models import User


class Command(CityCommand):
    help = "Erase a person: address, words, photos, exact places. The counts that speak of nobody stay."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--email", help="the person's address; - reads it from the standard input")
        which.add_argument("--again", action="store_true", help="erase anew what an older copy has brought back")
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased, erase nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["again"]:
            if options["dry_run"]:
                raise CommandError("--again has no dry run: the ledger was a decision already")
            self._tell(erase_again(), "Erased again.")
            return
        given = options["email"]
        email = (sys.stdin.readline() if given == "-" else given).strip()
        if "@" not in email:
            raise CommandError("that is no e-mail address")
        dry = options["dry_run"]
        done = erase_person(email=email, dry_run=dry)
        self._tell(done, "Nothing was erased: this was a dry run." if dry else "Erased.")
        if not dry:
            self._left(email)

    def _tell(self, done: dict[str, int], end: str) -> None:
        for kind in KINDS:
            self.stdout.write(f"{kind:<24}{done.get(kind, 0):>6}")
        self.stdout.write(end)

    def _left(self, email: str) -> None:
        """What a person has to look at: words of others, and accounts."""
        if others := mentions(email):
            numbers = ", ".join(tracking_number(pk) for pk in others)
            self.stdout.write(f"The address also stands in the words of: {numbers}. Please look at them.")
        if User.objects.filter(email__iexact=email).exists():
            self.stdout.write("An account has this address. Whoever keeps the accounts has to close it.")
