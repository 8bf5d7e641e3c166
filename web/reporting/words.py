"""The words of the maps of one report, in the active language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from django.utils.translation import get_language, gettext, ngettext, pgettext

from analytics.results import ListeningReport
from maps.words import Properties, Words
from web.reporting.numbers import about, decimal, span, whole
from web.reporting.sentences import chance, clusters_found, hotspots_found, names_of, people, problems, q_figure


def map_words(report: ListeningReport, attribution: str = "") -> Words:
    """Names, legend and pop-ups of a report's map. Categories are called by their names."""
    return Words(
        lang=get_language() or "",
        title=gettext("%(area)s: where problems were reported, %(period)s")
        % {"area": report.name, "period": span(report.period)},
        description=description(report),
        place=report.name,
        counts=gettext("Problems in each hexagon"),
        none=pgettext("map", "none"),
        withheld=gettext("withheld: fewer than %(people)s") % {"people": people(report.threshold)},
        outline=pgettext("map", "boundary (approximate)")
        if report.boundary.approximate
        else pgettext("map", "boundary"),
        hotspots=gettext("hot spot, numbered as in the list"),
        clusters=gettext("cluster, with the q of its test"),
        cell=lambda own: pgettext("map", "Number withheld") if own["withheld"] else problems(own["n"]),
        hotspot=partial(_hotspot, names_of(report)),
        cluster=partial(_cluster, names_of(report)),
        q=q_figure,
        legend=gettext("What the signs mean"),
        keys=gettext("Move the map with the arrow keys. Enter reads the hexagon in the middle."),
        zoom_in=pgettext("map", "Closer"),
        zoom_out=pgettext("map", "Further away"),
        close=pgettext("map", "Close"),
        attribution=attribution,
        north=pgettext("map", "N"),
        span=lambda low, high: whole(low) if low == high else f"{whole(low)}–{whole(high)}",
    )


def _hotspot(names: Mapping[str, str], own: Properties) -> str:
    said = gettext("%(problems)s where %(expected)s were expected") % {
        "problems": problems(own["observed"]),
        "expected": about(own["expected"]),
    }
    return f"{own['label']}. {_theme(names, own)}\n{said}\n{q_figure(own['q'])}. {chance(own['q'])}"


def _cluster(names: Mapping[str, str], own: Properties) -> str:
    said = gettext("%(ratio)s times the expected") % {"ratio": decimal(own["ratio"], 1)}
    return (
        f"{own['label']}. {_theme(names, own)}\n{problems(own['n'])}, {said}\n{q_figure(own['q'])}. {chance(own['q'])}"
    )


def _theme(names: Mapping[str, str], own: Properties) -> str:
    return names.get(own["category"], own["category"])


def description(report: ListeningReport) -> str:
    """The map in words, for whoever does not see it."""
    counts = [cell.n for cell in report.cells if not cell.withheld]
    if not counts:
        return gettext("No hexagon holds a problem.")
    filled = ngettext(
        "%(n)s hexagon holds problems; the fullest holds %(most)s.",
        "%(n)s hexagons hold problems; the fullest holds %(most)s.",
        sum(n > 0 for n in counts),
    ) % {"n": whole(sum(n > 0 for n in counts)), "most": whole(max(counts))}
    return f"{filled} {hotspots_found(len(report.hotspots))} {clusters_found(len(report.clusters))}"
