"""A ListeningReport on paper: tagged PDF (PDF/UA-1). The only file that imports WeasyPrint."""

from __future__ import annotations

from html import escape
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher

from analytics.results import ListeningReport
from maps.palette import LIGHT
from maps.vector import FONTS
from web.reporting.figures import still_map
from web.reporting.html import body_context, sheet
from web.reporting.view import drawing
from web.reporting.words import description

# It comes with every installation, so that the same report gives the same bytes on each.
PRINT_FONT = "DejaVu Sans"

# The first page stands alone, so its map gives way to a long name or long sentences.
MAP_HEIGHTS_MM = (118.0, 102.0, 86.0, 70.0)


class _Nothing(URLFetcher):
    """A report is complete in itself: whatever it asked for from outside would be a mistake of ours."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        raise FatalURLFetchingError(f"a report on paper asked for {url}")


def printed(report: ListeningReport) -> bytes:
    """The report in the active language as PDF: tagged, with bookmarks, title and language.

    The same report gives the same bytes: identifier and dates are the report's own, never the clock's.
    """
    values = body_context(report)
    values |= {"description": description(report), "styles": _styles()}
    options = {"pdf_variant": "pdf/ua-1", "pdf_identifier": values["digest"][:32].encode()}
    document = None
    for height_mm in MAP_HEIGHTS_MM:
        html = render_to_string("listening/paper.html", values | {"map": drawing(still_map(report, height_mm))})
        html = html.replace(escape(FONTS), PRINT_FONT)
        document = HTML(string=html, url_fetcher=_Nothing(), media_type="print").render(**options)
        if "map" in document.pages[0].anchors:
            break
    return bytes(document.write_pdf(**options))


def _styles() -> str:
    """Paper is always the light sheet."""
    colours = "".join(f"--{name}: {colour}; " for name, colour in LIGHT.items())
    return mark_safe(f":root {{ {colours}}}\n{sheet('paper.css')}")  # noqa: S308 (our own files)
