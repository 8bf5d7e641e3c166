from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from issues.relink import relocate
from issues.tallies import fold_tallies
from neighborhoods.management.base import CityCommand
from neighborhoods.models import BoundarySet


class Command(CityCommand):
    help = "Place issues again after a new boundary set: those dated on or after its valid-from."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--set", type=int, help="the boundary set's number; the newest of the primary layer if absent"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sets = BoundarySet.objects.of_layer(settings.CITY.primary_layer).order_by("-loaded_at")
        chosen = sets.filter(pk=options["set"]).first() if options["set"] else sets.first()
        if chosen is None:
            raise CommandError(f"no such boundary set of layer {settings.CITY.primary_layer}; load one first")
        changed = relocate(chosen)
        fold_tallies()
        self.stdout.write(f"{changed} issues have another place by {chosen}.")
