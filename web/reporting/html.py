"""A ListeningReport as HTML: one file that asks the network for nothing, and the parts the page shares with it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from analytics.results import ListeningReport, digest
from geo.cities import BaseMap
from maps.interactive import Assets, page
from maps.palette import css_figures, css_variables
from web.reporting.figures import map_layers
from web.reporting.view import context
from web.reporting.words import map_words

STYLES = Path(__file__).resolve().parent.parent / "static" / "listening"


def exported(report: ListeningReport) -> bytes:
    """The whole report in the active language as one HTML file, its map inside it on plain paper."""
    frame = {"srcdoc": map_page(report), "map_title": map_words(report).title}
    values = body_context(report) | {
        "screen_map": mark_safe(render_to_string("listening/frame.html", frame)),  # noqa: S308 (a template's own)
        "styles": screen_styles(),
    }
    return render_to_string("listening/export.html", values).encode()


def body_context(report: ListeningReport) -> dict[str, Any]:
    """What listening/body.html needs, without the screen map."""
    return context(report) | {"language": get_language() or "", "digest": digest(report)}


def map_page(report: ListeningReport, base_map: BaseMap | None = None) -> str:
    """The interactive map as a whole page; with `base_map` it asks that server for its tiles and no one else."""
    return page(map_layers(report), map_words(report), leaflet(), base_map)


def screen_styles() -> str:
    """Palette, light and dark, and the report's sheet as one text for a <style> element."""
    return mark_safe(f"{css_variables()}{css_figures()}{sheet('report.css')}")  # noqa: S308 (our own files)


def sheet(name: str) -> str:
    """One of the report's style sheets."""
    return (STYLES / name).read_text(encoding="utf-8")


@cache
def leaflet() -> Assets:
    """Leaflet as the site serves it."""
    script, sheet = (_static(f"leaflet/leaflet.{kind}") for kind in ("js", "css"))
    return Assets(script, sheet)


def _static(name: str) -> str:
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"no static file {name}; is django-leaflet installed?")
    return Path(found).read_text(encoding="utf-8")
