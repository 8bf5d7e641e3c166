"""One ListeningReport as what its templates show: sentences, rows and drawings in the active language."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext, npgettext, pgettext

from analytics.results import Answered, ListeningReport
from maps.layers import letters
from neighborhoods.models import NOT_STATED
from web.reporting import admissions, figures, sentences
from web.reporting.numbers import about, between, day, percent, signed, span, whole

# Both lists fit one page with their headings; the rest is counted and stands in the table.
HOTSPOTS_SHOWN = 9
CLUSTERS_SHOWN = 6

_SINCE_ALWAYS = "1900-01-01"


def context(report: ListeningReport) -> dict[str, Any]:
    """Everything the templates of a report need; text is plain and escaped there, drawings are markup."""
    return {
        "report": report,
        "city": report.city_names.get(get_language() or "") or next(iter(report.city_names.values()), report.city),
        "title": gettext("Listening report: %(area)s") % {"area": report.name},
        "period": span(report.period),
        "previous": span(report.previous) if report.previous else "",
        "boundary": _boundary(report),
        "minute": sentences.in_one_minute(report),
        "figures": _figures(report),
        "map": drawing(figures.still_map(report)),
        "themes": _themes(report),
        "withheld": [
            said
            for say in (sentences.withheld_themes, sentences.withheld_cells, sentences.off_map)
            if (said := say(report))
        ],
        "hotspots": _hotspots(report),
        "clusters": _clusters(report),
        "answered": _answered(report),
        "ranking": _ranking(report),
        "doubts": admissions.doubts(report),
        "exposure": admissions.exposure(report),
        "commands": commands(report),
    }


def commands(report: ListeningReport) -> tuple[str, ...]:
    """What to type to make this report again from the same data."""
    city = f"ASCULT_CITY={report.city}"
    period = f"--since {report.period.since} --until {report.period.until}"
    return (
        f"{city} script/manage analyse {period} --seed {report.run.seed}",
        f"{city} script/manage listening_reports --neighborhood {report.neighborhood} --out reports",
    )


def drawing(svg: str) -> str:
    """A drawing of ours as markup."""
    # Made in this house from escaped text: maps.vector escapes every word it is given.
    return mark_safe(svg)  # noqa: S308


def _boundary(report: ListeningReport) -> dict[str, str]:
    held = report.boundary
    valid = gettext("since %(day)s") % {"day": day(held.valid_from)}
    if held.valid_from == _SINCE_ALWAYS:
        valid = gettext("starting day not stated")
    elif held.valid_to:
        valid = gettext("%(first)s until before %(last)s") % {"first": day(held.valid_from), "last": day(held.valid_to)}
    return {
        "layer": held.layer,
        "valid": valid,
        "authority": _stated(held.authority),
        "licence": _stated(held.licence),
        "source": _stated(held.source),
        "digest": held.digest,
        "area": gettext("%(n)s km²") % {"n": about(report.area_km2)},
    }


def _stated(text: str) -> str:
    return gettext("not stated") if text in ("", NOT_STATED) else text


def _figures(report: ListeningReport) -> list[tuple[str, str, str]]:
    """The four numbers of the first page: figure, what it counts, and its change or its base."""
    answered = report.answered
    change = gettext("the earlier number is withheld") if report.previous else gettext("nothing to compare with")
    if report.incidents_before is not None:
        change = gettext("%(change)s on the period before") % {
            "change": signed(report.incidents - report.incidents_before)
        }
    n = report.issues, report.incidents, answered.closed
    return [
        (whole(n[0]), npgettext("figure", "issue", "issues", n[0]), gettext("sent by people")),
        (whole(n[1]), npgettext("figure", "problem", "problems", n[1]), change),
        (
            whole(n[2]),
            npgettext("figure", "closed", "closed", n[2]),
            gettext("of %(n)s opened") % {"n": whole(answered.opened)},
        ),
        _waiting_figure(answered),
    ]


def _waiting_figure(answered: Answered) -> tuple[str, str, str]:
    days = answered.median_days
    shown = "–" if days is None else about(days)
    # A number with decimals takes the plain plural in every language we speak; so does a dash.
    count = int(shown) if shown.isdigit() else 2
    what = npgettext("figure", "day until half were closed", "days until half were closed", count)
    if days is None:
        return shown, what, gettext("no median yet")
    if answered.median_low is None:
        return shown, what, ""
    interval = between(answered.median_low, answered.median_high)
    return shown, what, gettext("interval %(interval)s") % {"interval": interval}


def _themes(report: ListeningReport) -> dict[str, Any]:
    drawn = figures.share_bars(report.themes)
    rows = [
        {
            "name": sentences.name_of(theme),
            "n": pgettext("a number", "withheld") if theme.n is None else whole(theme.n),
            "share": sentences.share_figure(theme) if theme.n is not None else "",
            "change": sentences.change_figure(theme) if theme.n is not None else "",
            "bar": drawing(bar),
        }
        for theme, bar in zip(report.themes, drawn, strict=True)
    ]
    city = percent(report.incidents / report.city_incidents) if report.city_incidents else ""
    return {"rows": rows, "total": whole(report.incidents), "city": whole(report.city_incidents), "share": city}


def _hotspots(report: ListeningReport) -> dict[str, Any]:
    names = sentences.names_of(report)
    rows = [
        {
            "label": str(i),
            "theme": names.get(spot.category, spot.category),
            "observed": whole(spot.observed),
            "expected": about(spot.expected),
            "ratio": sentences.times(spot.ratio),
            "q": sentences.q_number(spot.q),
            "chance": sentences.chance_figure(spot.q),
        }
        for i, spot in enumerate(report.hotspots[:HOTSPOTS_SHOWN], start=1)
    ]
    said = sentences.hotspots_found(len(report.hotspots))
    return {"said": said, "rows": rows, "more": sentences.more(len(report.hotspots) - len(rows))}


def _clusters(report: ListeningReport) -> dict[str, Any]:
    names = sentences.names_of(report)
    rows = [
        {
            "label": letters(i),
            "theme": names.get(found.category, found.category),
            "n": whole(found.n),
            "metres": f"{whole(max(found.radius_m, 1))} m",
            "ratio": sentences.times(found.ratio),
            "q": sentences.q_number(found.q),
            "chance": sentences.chance_figure(found.q),
        }
        for i, found in enumerate(report.clusters[:CLUSTERS_SHOWN])
    ]
    said = sentences.clusters_found(len(report.clusters))
    return {"said": said, "rows": rows, "more": sentences.more(len(report.clusters) - len(rows))}


def _answered(report: ListeningReport) -> dict[str, Any]:
    rows = [
        {
            "name": name,
            "opened": whole(answered.opened),
            "closed": whole(answered.closed),
            "open": whole(answered.still_open),
            "median": sentences.median_figure(answered) if answered.opened else "–",
        }
        for name, answered in _both(report)
    ]
    said = sentences.answer(report.answered)
    beside = sentences.beside_the_city(report.answered, report.answered_city) if report.answered_city.opened else ""
    return {"said": said, "beside": beside, "rows": rows, "chart": drawing(figures.waiting_bars(report))}


def _both(report: ListeningReport) -> tuple[tuple[str, Answered], ...]:
    return (report.name, report.answered), (gettext("The whole city"), report.answered_city)


def _ranking(report: ListeningReport) -> dict[str, Any]:
    found = report.ranking
    said = [sentences.rank(found)]
    if found is not None and found.of > 1:
        said += [sentences.standing(found), sentences.excess(found)]
        if found.observed != report.incidents:
            said.append(gettext("Sensitive themes are not ranked."))
    return {"said": " ".join(said), "chart": drawing(figures.rank_strip(found))}
