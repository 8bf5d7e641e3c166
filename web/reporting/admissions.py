"""What a report admits about itself: each doubt, denominator and exclusion as a sentence, in the active language."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.utils.translation import gettext, ngettext

from analytics.doubts import Doubt
from analytics.results import ListeningReport
from web.reporting.numbers import joined, whole
from web.reporting.sentences import names_of, people

_AREA = "area"


def doubts(report: ListeningReport) -> tuple[str, ...]:
    """One sentence or two for each of the report's doubts, in its order. Raises ValueError for a code that is none."""
    return tuple(_SENTENCES[Doubt(code)](report) for code in report.doubts)


def exposure(report: ListeningReport) -> tuple[tuple[str, str], ...]:
    """What each theme's number is measured against: (denominator, names of the themes), the most used first."""
    names = names_of(report)
    kinds: dict[str, list[str]] = {}
    for category, kind in sorted(report.exposure.items()):
        if category in names:
            kinds.setdefault(kind, []).append(names[category])
    ordered = sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    if len(ordered) == 1:
        return ((denominator(ordered[0][0]), gettext("all themes")),)
    return tuple((denominator(kind), joined(found)) for kind, found in ordered)


def denominator(kind: str) -> str:
    """A kind of exposure in words; a kind of the city's own stays as its file writes it."""
    known: Mapping[str, Callable[[], str]] = {
        _AREA: lambda: gettext("ground"),
        "population": lambda: gettext("people who live there"),
        "street_m": lambda: gettext("metres of street"),
    }
    return known[kind]() if kind in known else kind.replace("_", " ")


def _on_ground(report: ListeningReport) -> str:
    names = names_of(report)
    found = [names[c] for c, kind in sorted(report.exposure.items()) if kind == _AREA and c in names]
    if not found:
        return gettext("Some themes of the city are measured against ground alone.")
    if set(report.exposure.values()) == {_AREA}:
        return gettext("All themes are measured against ground alone.")
    return gettext("Measured against ground alone: %(themes)s.") % {"themes": joined(found)}


def _default_pins(report: ListeningReport) -> str:
    n = report.default_pins_left_out
    return ngettext(
        "%(n)s issue of the city lies on a default point and is left out.",
        "%(n)s issues of the city lie on a default point and are left out.",
        n,
    ) % {"n": whole(n)}


def _few(report: ListeningReport) -> str:
    return gettext("There are few problems. One more or less changes the picture.")


def _withheld(report: ListeningReport) -> str:
    return gettext("Sensitive themes under %(people)s are withheld, and left out of the totals.") % {
        "people": people(report.threshold)
    }


_SENTENCES: Mapping[Doubt, Callable[[ListeningReport], str]] = {
    Doubt.SYNTHETIC: lambda report: gettext("The data are synthetic: a program made them, not residents."),
    Doubt.BOUNDARIES_APPROXIMATE: lambda report: gettext(
        "The boundary is approximate. The official one may change every number."
    ),
    Doubt.BOUNDARIES_BACKDATED: lambda report: gettext("The boundary came into force after the period began."),
    Doubt.EXPOSURE_IS_AREA: _on_ground,
    Doubt.DEFAULT_PINS_LEFT_OUT: _default_pins,
    Doubt.OUTSIDE_NEIGHBORHOODS: lambda report: gettext(
        "Some issues of the city lie in no neighbourhood. Only the city's numbers hold them."
    ),
    Doubt.NO_PREVIOUS_PERIOD: lambda report: gettext("There is no earlier period to compare with."),
    Doubt.FEW_INCIDENTS: _few,
    Doubt.NO_DUPLICATES_RECORDED: lambda report: gettext(
        "The source marks no repeats. Issues close in place and time count as one problem."
    ),
    Doubt.COUNTS_WITHHELD: _withheld,
    Doubt.CLOSING_TIMES_MISSING: lambda report: gettext(
        "Some closed issues have no closing day. They do not count as closed."
    ),
}
