from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from geo.readers import ReadError, read_areas
from geo.shapes import multipolygon
from neighborhoods.actions import LoadedBoundaries, Provenance, RefusedBoundariesError, load_boundaries
from neighborhoods.management.base import CityCommand
from neighborhoods.models import NOT_STATED

# Neighbours drawn apart seldom meet to the metre; below this an overlap is a slip of the pen.
SLIVER_M2 = 100
SINCE_ALWAYS = dt.date(1900, 1, 1)


class Command(CityCommand):
    help = "Load areas from GeoJSON, GeoPackage or shapefile as one dated boundary set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--layer", default=settings.CITY.primary_layer)
        parser.add_argument("--name-field", required=True)
        parser.add_argument("--slug-field", default="")
        parser.add_argument("--authority", default=NOT_STATED)
        parser.add_argument("--licence", default=NOT_STATED)
        parser.add_argument("--source", default=NOT_STATED)
        parser.add_argument(
            "--valid-from", type=dt.date.fromisoformat, default=dt.date(1900, 1, 1), help="default: since always"
        )
        parser.add_argument("--valid-to", type=dt.date.fromisoformat)
        parser.add_argument("--approximate", action="store_true", help="say so wherever the areas are shown")
        parser.add_argument("--repair", action="store_true", help="mend invalid geometry by structure")

    def handle(self, *args: Any, **options: Any) -> None:
        provenance = Provenance(
            options["layer"],
            options["valid_from"],
            options["valid_to"],
            options["authority"],
            options["licence"],
            options["source"],
            options["approximate"],
        )
        try:
            areas = read_areas(options["file"], options["name_field"])
            if options["slug_field"]:
                areas["slug"] = _column(areas, options["slug_field"])
            loaded = load_boundaries(
                areas=areas,
                provenance=provenance,
                metric_crs=settings.CITY.metric_crs,
                outline=city_outline(),
                repair=options["repair"],
                slug_field=bool(options["slug_field"]),
            )
        except (ReadError, RefusedBoundariesError) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("\n".join(told(loaded)))


def _column(areas: Any, field: str) -> Any:
    if field not in areas:
        raise ReadError(f"no field {field}; the file has {', '.join(c for c in areas if c != 'geometry')}")
    return areas[field]


def city_outline() -> Any:
    """The city's outline in degrees, where its file names one."""
    if not settings.CITY.outline:
        return None
    return multipolygon(read_areas(settings.FIXTURES / settings.CITY.outline, None).geometry.union_all())


def told(loaded: LoadedBoundaries) -> list[str]:
    """What an operator should know after loading."""
    held = loaded.boundary_set
    lines = [
        f"{'Already loaded' if loaded.already_there else 'Loaded'}: {loaded.areas} areas of layer {held.layer}, "
        f"valid from {held.valid_from}, digest {held.digest[:12]}."
    ]
    for name, (before, after) in loaded.repaired.items():
        # Signed areas of crossing rings cancel, so a share of almost nothing would say nothing.
        change = f"{(after - before) / before:+.4%}" if before > after / 100 else "crossing rings had cancelled out"
        lines.append(f"Repaired {name}: {before:,.0f} m² before, {after:,.0f} m² after ({change}).")
    large = [o for o in loaded.overlaps if o.area_m2 >= SLIVER_M2]
    lines.append(f"Overlapping pairs: {len(large)}.")
    lines += [f"  {o.first} and {o.second} share {o.area_m2:,.0f} m²" for o in large]
    if len(large) < len(loaded.overlaps):
        lines.append(f"  {len(loaded.overlaps) - len(large)} more pairs share less than {SLIVER_M2} m² each")
    if loaded.uncovered_m2 is None or not loaded.outline_m2:
        lines.append("Uncovered part of the city: cannot be told, the city's file names no outline.")
    else:
        share = loaded.uncovered_m2 / loaded.outline_m2
        lines.append(
            f"Uncovered part of the city: {loaded.uncovered_m2 / 1e6:.2f} km² of {loaded.outline_m2 / 1e6:.2f} km² "
            f"({share:.1%}); voices there are in no neighborhood."
        )
    if not loaded.already_there:
        lines.append("Voices already stored keep their place until script/manage relocate.")
    return lines
