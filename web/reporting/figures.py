"""The drawings of one report: its still map and its bars, each with a name that a reader can be told."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import get_language, gettext

from analytics.results import Answered, ListeningReport, RankedArea, Theme
from maps.bars import Bar, bars
from maps.layers import Layers, collection, report_layers
from maps.still import svg
from maps.vector import document, mark, path
from web.reporting.numbers import whole
from web.reporting.sentences import (
    Q_FOUND,
    beside_the_city,
    median,
    median_figure,
    name_of,
    rank,
    rank_figure,
    share_figure,
    standing,
)
from web.reporting.words import map_words

_BAR_WIDTH, _BAR_HEIGHT = 34.0, 4.0
# As wide as a phone, so that its words stay readable there.
_CHART_WIDTH = 86.0


def map_layers(report: ListeningReport) -> Layers:
    """What the maps of a report draw. A clump that the test calls chance stays in the tables, off the map."""
    layers = report_layers(report)
    found = [f for f in layers.clusters["features"] if f["properties"]["q"] <= Q_FOUND]
    return replace(layers, clusters=collection(found))


def still_map(report: ListeningReport, height_mm: float = 118.0) -> str:
    """The map for paper, as wide as the text of a page."""
    return svg(map_layers(report), map_words(report), width_mm=160.0, height_mm=height_mm)


def share_bars(themes: tuple[Theme, ...]) -> list[str]:
    """One bar per theme from zero to its share, with a line over its interval; all on one scale. Withheld: nothing."""
    most = max((t.share_high or t.share or 0.0 for t in themes), default=0.0) or 1.0
    return [_share_bar(theme, (_BAR_WIDTH - 1) / most) if theme.share is not None else "" for theme in themes]


def _share_bar(theme: Theme, unit: float) -> str:
    middle, share = _BAR_HEIGHT / 2, theme.share or 0.0
    bar = {"x": 0, "y": 0.5, "width": share * unit, "height": _BAR_HEIGHT - 1}
    drawn = [mark("rect", bar, fill="class-3")]
    if theme.share_low is not None and theme.share_high is not None:
        low, high = theme.share_low * unit, theme.share_high * unit
        ends = "".join(path([(x, middle - 0.9), (x, middle + 0.9)], close=False) for x in (low, high))
        line = path([(low, middle), (high, middle)], close=False) + ends
        drawn.append(mark("path", {"d": line, "stroke_width": 0.3}, stroke="ink"))
    title = f"{name_of(theme)}: {share_figure(theme)}"
    description = gettext("Share of the problems, with its interval.")
    return document(_BAR_WIDTH, _BAR_HEIGHT, title, description, get_language() or "", drawn)


def waiting_bars(report: ListeningReport) -> str:
    """Median days to closing, this area above the whole city, on one scale; nothing where neither has a median."""
    rows = [(report.name, report.answered), (gettext("The whole city"), report.answered_city)]
    if all(answered.median_days is None for _, answered in rows):
        return ""
    title = gettext("Days until half were closed")
    described = f"{report.name}: {median(report.answered)} {beside_the_city(report.answered, report.answered_city)}"
    drawn = [_waiting(name, answered) for name, answered in rows]
    return bars(drawn, title, described, get_language() or "", width_mm=_CHART_WIDTH, text_mm=3.4)


def _waiting(name: str, answered: Answered) -> Bar:
    n = gettext("n = %(n)s") % {"n": whole(answered.opened)}
    low, high = answered.median_low, answered.median_high
    return Bar(name, answered.median_days, low, high, median_figure(answered) if answered.opened else "–", n)


def rank_strip(found: RankedArea | None) -> str:
    """The rank as a dot on its interval, from first to last; nothing where there is nothing to rank."""
    if found is None or found.of < 2:
        return ""
    n = gettext("n = %(n)s") % {"n": whole(found.observed)}
    row = Bar(found.name, found.rank, found.rank_low, found.rank_high, rank_figure(found), n)
    title = gettext("Rank of %(area)s, with its interval") % {"area": found.name}
    said = f"{rank(found)} {standing(found)}"
    return bars(
        [row], title, said, get_language() or "", width_mm=_CHART_WIDTH, text_mm=3.4, top=float(found.of), filled=False
    )
