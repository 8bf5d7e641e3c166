"""A ListeningReport as the HTML of its printed sheets, and as PDF."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from analytics.results import ListeningReport
from maps.palette import LIGHT
from maps.vector import FONTS
from web.printing import first_that_fits
from web.reporting.figures import still_map
from web.reporting.html import body_context, sheet
from web.reporting.view import drawing
from web.reporting.words import description

# It comes with every installation, so that the same report gives the same bytes on each.
PRINT_FONT = "DejaVu Sans"

# The first page stands alone, so its map gives way to a long name or long sentences.
MAP_HEIGHTS_MM = (118.0, 102.0, 86.0, 70.0)


def printed(report: ListeningReport) -> bytes:
    """The report in the active language as PDF; the same report gives the same bytes."""
    values = body_context(report)
    values |= {"description": description(report), "styles": _styles()}
    return first_that_fits(_sheets(report, values), anchor="map", identifier=values["digest"][:32])


def _sheets(report: ListeningReport, values: dict[str, object]) -> Iterator[str]:
    for height_mm in MAP_HEIGHTS_MM:
        html = render_to_string("listening/paper.html", values | {"map": drawing(still_map(report, height_mm))})
        yield html.replace(escape(FONTS), PRINT_FONT)


def _styles() -> str:
    """Paper is always the light sheet."""
    colours = "".join(f"--{name}: {colour}; " for name, colour in LIGHT.items())
    return mark_safe(f":root {{ {colours}}}\n{sheet('paper.css')}")  # noqa: S308 (our own files)
