from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from geo.readers import ReadError, read_table
from neighborhoods.actions import RefusedExposureError, load_exposure
from neighborhoods.management.base import CityCommand
from neighborhoods.models import NOT_STATED


class Command(CityCommand):
    help = "Load a denominator (people, street metres, lamps ...) for the areas of a layer from a table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--kind", required=True, help="population, street_m or any word the city's file uses")
        parser.add_argument("--layer", default=settings.CITY.primary_layer)
        parser.add_argument("--name-field", required=True)
        parser.add_argument("--value-field", required=True)
        parser.add_argument("--year", type=int, required=True)
        parser.add_argument("--source", default=NOT_STATED)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = load_exposure(
                table=read_table(options["file"]),
                layer=options["layer"],
                kind=options["kind"],
                name_field=options["name_field"],
                value_field=options["value_field"],
                year=options["year"],
                source=options["source"],
            )
        except (ReadError, RefusedExposureError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{options['kind']} {options['year']} set for {count} areas of layer {options['layer']}.")
