"""Every sentence of a listening report that holds a number: made from the frozen report, in the active language.

Issues are what people sent; a problem is what the data calls an incident: the issues about one thing on the ground.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from django.utils.translation import get_language, gettext, ngettext, pgettext

from analytics.results import Answered, Cluster, Hotspot, ListeningReport, RankedArea, Theme
from web.reporting.numbers import about, between, days, decimal, joined, percent, signed, whole

# Below this, a change of a few says nothing, and the reader is told so.
SMALL = 10
# From here on, a change in per cent means something.
ENOUGH_FOR_PERCENT = 20
# What is called found: the same bound as in the analysis.
Q_FOUND = 0.05


def issues(n: int) -> str:
    return ngettext("%(n)s issue", "%(n)s issues", n) % {"n": whole(n)}


def problems(n: int) -> str:
    return ngettext("%(n)s problem", "%(n)s problems", n) % {"n": whole(n)}


def people(n: int) -> str:
    return ngettext("%(n)s person", "%(n)s people", n) % {"n": whole(n)}


def name_of(theme: Theme) -> str:
    """A theme's name in the active language, else in any there is, else its slug."""
    return theme.names.get(get_language() or "") or next(iter(theme.names.values()), theme.category)


def names_of(report: ListeningReport) -> Mapping[str, str]:
    """The names of all themes of a report, by category."""
    return {theme.category: name_of(theme) for theme in report.themes}


def in_one_minute(report: ListeningReport) -> tuple[tuple[str, str], ...]:
    """The three sentences of the first page, each with the section that holds its table."""
    return (
        (heard(report), "heard"),
        (most_often(report.themes), "heard"),
        (answer(report.answered), "answered"),
    )


def heard(report: ListeningReport) -> str:
    if report.incidents == 0:
        return gettext("%(area)s: nobody reported a problem in this period.") % {"area": report.name}
    said = gettext("%(area)s: %(issues)s about %(problems)s.") % {
        "area": report.name,
        "issues": issues(report.issues),
        "problems": problems(report.incidents),
    }
    if report.previous and report.incidents_before is None:
        return f"{said} {gettext('The earlier number is withheld.')}"
    return f"{said} {change(report.incidents, report.incidents_before)}"


def change(now: int, before: int | None) -> str:
    """How many more or fewer problems than in the period before, in one or two short sentences."""
    if before is None:
        return gettext("There is no earlier period to compare with.")
    if now == before:
        said = gettext("No change on the period before.")
    elif before == 0:
        said = gettext("In the period before there was none.")
    else:
        said = _rise(now - before, before) if now > before else _fall(before - now, before)
    small = gettext("The numbers are small.")
    return f"{said} {small}" if 0 < max(now, before) < SMALL else said


def _rise(more: int, before: int) -> str:
    text = ngettext(
        "That is %(n)s more than in the period before (%(note)s).",
        "That is %(n)s more than in the period before (%(note)s).",
        more,
    )
    return text % {"n": whole(more), "note": _beside(f"+{percent(more / before)}", before)}


def _fall(fewer: int, before: int) -> str:
    text = ngettext(
        "That is %(n)s fewer than in the period before (%(note)s).",
        "That is %(n)s fewer than in the period before (%(note)s).",
        fewer,
    )
    return text % {"n": whole(fewer), "note": _beside(f"−{percent(fewer / before)}", before)}


def _beside(share: str, before: int) -> str:
    """Per cent only where there is enough to take a part of; else the number itself."""
    return share if before >= ENOUGH_FOR_PERCENT else gettext("%(n)s then") % {"n": whole(before)}


def change_figure(theme: Theme) -> str:
    """The change of one theme for a table: +12 (78 before). Tables without an earlier period have no such column."""
    if theme.n is None or theme.n_before is None:
        return pgettext("a number", "withheld")
    if theme.n == theme.n_before:
        return gettext("no change")
    return gettext("%(change)s (%(before)s before)") % {
        "change": signed(theme.n - theme.n_before),
        "before": whole(theme.n_before),
    }


def share_figure(theme: Theme) -> str:
    """The share of one theme with its interval: 33% (24 to 43)."""
    if theme.share is None:
        return pgettext("a number", "withheld")
    if theme.share_low is None or theme.share_high is None:
        return percent(theme.share)
    return gettext("%(share)s (%(low)s to %(high)s)") % {
        "share": percent(theme.share),
        "low": whole(100 * theme.share_low),
        "high": whole(100 * theme.share_high),
    }


def most_often(themes: Iterable[Theme]) -> str:
    """What was heard most; a tie names all who share the top, up to three."""
    shown = [t for t in themes if t.n]
    if not shown:
        return gettext("So there are no themes to name.")
    total, most = sum(t.n or 0 for t in shown), max(t.n or 0 for t in shown)
    top = [name_of(t) for t in shown if t.n == most]
    if len(top) > 3:
        return gettext("No theme stands out: several have %(n)s each.") % {"n": whole(most)}
    if len(top) > 1:
        return gettext("Most often: %(themes)s, %(n)s each.") % {"themes": joined(top), "n": whole(most)}
    return gettext("Most often: %(theme)s, %(n)s of %(total)s (%(share)s).") % {
        "theme": top[0],
        "n": whole(most),
        "total": whole(total),
        "share": percent(most / total),
    }


def answer(answered: Answered) -> str:
    """How many are closed and after how long: two short sentences."""
    if answered.opened == 0:
        return gettext("No problem was opened, so there was nothing to answer.")
    said = closed(answered)
    return said if answered.opened == 1 else f"{said} {median(answered)}"


def closed(answered: Answered) -> str:
    if answered.opened == 1:
        return gettext("The one problem is closed.") if answered.closed else gettext("The one problem is still open.")
    if answered.closed == 0:
        text = ngettext("None of %(problems)s is closed yet.", "None of %(problems)s is closed yet.", answered.opened)
    elif answered.closed == answered.opened:
        text = ngettext("All %(problems)s are closed.", "All %(problems)s are closed.", answered.opened)
    else:
        text = ngettext(
            "%(closed)s of %(problems)s is closed.", "%(closed)s of %(problems)s are closed.", answered.closed
        )
    return text % {"closed": whole(answered.closed), "problems": problems(answered.opened)}


def median(answered: Answered) -> str:
    """The median days to closing with its interval, or why there is none."""
    if answered.median_days is None:
        return gettext("Fewer than half are closed, so there is no median time yet.")
    if answered.median_low is None:
        return gettext("Half were closed within %(days)s; the interval is not known.") % {
            "days": days(answered.median_days)
        }
    return gettext("Half were closed within %(days)s (interval %(interval)s).") % {
        "days": days(answered.median_days),
        "interval": between(answered.median_low, answered.median_high),
    }


def median_figure(answered: Answered) -> str:
    """The same for a chart or a table: 12 days (9 to 17)."""
    if answered.median_days is None:
        return gettext("no median yet")
    if answered.median_low is None:
        return days(answered.median_days)
    return gettext("%(days)s (%(interval)s)") % {
        "days": days(answered.median_days),
        "interval": between(answered.median_low, answered.median_high),
    }


def beside_the_city(area: Answered, city: Answered) -> str:
    """Whether this area waited longer than the city, said only where the two intervals do not meet."""
    if city.median_days is None:
        return gettext("In the whole city fewer than half are closed.")
    said = gettext("In the whole city half were closed within %(days)s.") % {"days": days(city.median_days)}
    if area.median_days is None or area.median_low is None or city.median_low is None:
        return said
    verdict = gettext("No clear difference.")
    if area.median_high is not None and area.median_high < city.median_low:
        verdict = gettext("Here it went faster.")
    elif city.median_high is not None and area.median_low > city.median_high:
        verdict = gettext("Here it took longer.")
    return f"{said} {verdict}"


def hotspots_found(n: int) -> str:
    if n == 0:
        return gettext("No hexagon holds more problems than chance explains.")
    return ngettext(
        "%(n)s hexagon holds more problems than expected.", "%(n)s hexagons hold more problems than expected.", n
    ) % {"n": whole(n)}


def clusters_found(n: int) -> str:
    if n == 0:
        return gettext("Nowhere do problems of one kind lie close together.")
    return ngettext(
        "Problems of one kind lie close together at %(n)s place.",
        "Problems of one kind lie close together at %(n)s places.",
        n,
    ) % {"n": whole(n)}


def hotspot(spot: Hotspot) -> str:
    return gettext("%(problems)s where %(expected)s were expected, %(ratio)s times as many.") % {
        "problems": problems(spot.observed),
        "expected": about(spot.expected),
        "ratio": decimal(spot.ratio, 1),
    }


def times(ratio: float) -> str:
    """A ratio as a figure: 3,5×."""
    return f"{decimal(ratio, 1)}×"


def more(n: int) -> str:
    """What a list leaves out, and where it is; nothing when it leaves nothing out."""
    if n <= 0:
        return ""
    return ngettext("%(n)s more is in the table (CSV).", "%(n)s more are in the table (CSV).", n) % {"n": whole(n)}


def cluster(found: Cluster) -> str:
    return gettext("%(problems)s within %(metres)s m of their middle.") % {
        "problems": problems(found.n),
        "metres": whole(max(found.radius_m, 1)),
    }


def q_number(q: float) -> str:
    """q with the digits that matter and no more: <0,001; 0,029; 0,31."""
    return f"<{decimal(0.001, 3)}" if q < 0.001 else decimal(q, 3 if q < 0.1 else 2)


def q_figure(q: float) -> str:
    """The same where it stands alone: q < 0,001; q = 0,029."""
    number = q_number(q)
    return f"q < {number[1:]}" if number.startswith("<") else f"q = {number}"


def chance(q: float) -> str:
    """q in plain words: how many such finds are false alarms at most, or that chance will do."""
    if q > Q_FOUND:
        return gettext("May be chance alone.")
    return gettext("At most about 1 in %(n)s is chance.") % {"n": whole(_one_in(q))}


def chance_figure(q: float) -> str:
    """The same for a table whose heading says the rest."""
    return gettext("1 in %(n)s") % {"n": whole(_one_in(q))} if q <= Q_FOUND else gettext("may be chance")


def _one_in(q: float) -> int:
    """1/q cut to its leading digit, on the cautious side (1 in 988 is said as 1 in 900); a thousand at most."""
    n = 1 / max(q, 0.001)
    step = 10 ** math.floor(math.log10(n) + 1e-9)
    return math.floor(n / step + 1e-9) * step


def withheld_cells(report: ListeningReport) -> str | None:
    n = sum(cell.withheld for cell in report.cells)
    if n == 0:
        return None
    return ngettext(
        "In %(n)s hexagon the number is withheld: fewer than %(people)s.",
        "In %(n)s hexagons the number is withheld: fewer than %(people)s.",
        n,
    ) % {"n": whole(n), "people": people(report.threshold)}


def off_map(report: ListeningReport) -> str | None:
    if report.off_map == 0:
        return None
    return ngettext(
        "%(problems)s on sensitive subjects is counted here, but on no hexagon.",
        "%(problems)s on sensitive subjects are counted here, but on no hexagon.",
        report.off_map,
    ) % {"problems": problems(report.off_map)}


def withheld_themes(report: ListeningReport) -> str | None:
    n = sum(theme.withheld for theme in report.themes)
    if n == 0:
        return None
    return ngettext(
        "For %(n)s sensitive theme the number is withheld: fewer than %(people)s.",
        "For %(n)s sensitive themes the number is withheld: fewer than %(people)s.",
        n,
    ) % {"n": whole(n), "people": people(report.threshold)}


def rank(found: RankedArea | None) -> str:
    """The rank with its interval; it is never said without."""
    if found is None or found.of < 2:
        return gettext("There is nothing to rank this area among.")
    low, high = math.floor(found.rank_low), math.ceil(found.rank_high)
    values = {"rank": about(found.rank), "of": whole(found.of), "low": whole(low), "high": whole(high)}
    if low == high:
        return gettext("Rank %(rank)s of %(of)s; no other rank is likely.") % values
    return gettext("Rank %(rank)s of %(of)s, likely between %(low)s and %(high)s.") % values


def rank_figure(found: RankedArea) -> str:
    """The same for a chart: 4 (2 to 11) of 32."""
    return gettext("%(rank)s (%(low)s to %(high)s) of %(of)s") % {
        "rank": about(found.rank),
        "low": whole(math.floor(found.rank_low)),
        "high": whole(math.ceil(found.rank_high)),
        "of": whole(found.of),
    }


def rank_span(low: float, high: float, of: int) -> str:
    """The interval of a rank alone, where areas stand side by side: 2 to 11 of 32."""
    return gettext("%(low)s to %(high)s of %(of)s") % {
        "low": whole(math.floor(low)),
        "high": whole(math.ceil(high)),
        "of": whole(of),
    }


def standing(found: RankedArea) -> str:
    """What a rank means, where it means anything: the interval lies wholly in one half, or it does not."""
    middle = (found.of + 1) / 2
    if found.rank_high < middle:
        return gettext("Problems here are above what is expected.")
    if found.rank_low > middle:
        return gettext("Problems here are below what is expected.")
    return gettext("It cannot be told from the middle of the list.")


def excess(found: RankedArea) -> str:
    return gettext("%(problems)s where %(expected)s were expected from the city's rates.") % {
        "problems": problems(found.observed),
        "expected": about(found.expected),
    }
