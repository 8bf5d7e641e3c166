"""What a ranking says of one place, in words: its score, how sure that is, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, pgettext

from analytics.methods.ranking import TIERS
from analytics.ranked import Apart, Part, Readiness, Standing, Waited
from analytics.results import RankedArea
from analytics.stages.reporting import HIDDEN, NO_LATER
from web.reporting.numbers import about, between, days, decimal, joined, percent, whole
from web.reporting.sentences import problems, times

# What is named of a place's mixture: its largest parts, until little is left.
NAMED_PARTS, NAMED_SHARE = 3, 0.1
# What the grade of excess and burden can lack. That of delay is never made from any of these.
DELAY, _CAN_LACK = "delay", ("reporting", "denominator", "resolutions")


def order_name(order: str) -> str:
    """The name of an order: what is ranked."""
    return {
        "excess": pgettext("order", "Excess"),
        "burden": pgettext("order", "Burden"),
        "delay": pgettext("order", "Delay"),
    }[order]


def order_said(order: str) -> str:
    """What an order asks, in one sentence."""
    return {
        "excess": gettext("Where are there more problems than can be expected here?"),
        "burden": gettext("Where is the most work, weighed by how bad the problems are?"),
        "delay": gettext("Where do people wait longer than their kinds of problem explain?"),
    }[order]


def score_name(order: str) -> str:
    """What the scores of an order are called over a column."""
    return {
        "excess": gettext("Times the expected"),
        "burden": gettext("Weighed problems"),
        "delay": gettext("Longer than explained"),
    }[order]


def score_figure(standing: Standing | RankedArea) -> str:
    """A score with its interval: 1,9× (1,5 to 2,4); 312 (280 to 350); +4,2 days (1 to 7)."""
    low, high = standing.score_low, standing.score_high
    if standing.order == "excess":
        return _between(f"{decimal(standing.score, 2)}×", decimal(low, 2), decimal(high, 2))
    if standing.order == "burden":
        return _between(about(standing.score), about(low), about(high))
    return from_to(_more_or_less(standing.score), _signed(low), _signed(high))


def _between(middle: str, low: str, high: str) -> str:
    return gettext("%(middle)s (%(low)s to %(high)s)") % {"middle": middle, "low": low, "high": high}


def from_to(middle: str, low: str, high: str) -> str:
    """An interval whose ends may carry a sign: a dash between them would be one too many."""
    return gettext("%(middle)s (from %(low)s to %(high)s)") % {"middle": middle, "low": low, "high": high}


def _more_or_less(number: float) -> str:
    if abs(number) < 0.05:
        return gettext("no difference")
    text = gettext("%(days)s longer") if number > 0 else gettext("%(days)s shorter")
    return text % {"days": days(abs(number))}


def _signed(number: float) -> str:
    return f"{'−' if number < 0 else '+'}{about(abs(number))}"


def point_ranks(standing: Standing) -> str:
    """The ranks of the point score with the correction for readiness to report and without it; '' where there are none.

    They stand beside each other, for the median rank of the draws is of another kind than both.
    """
    if standing.point_rank is None or standing.plain_rank is None:
        return ""
    return gettext("rank by point score: %(with)s with the correction, %(without)s without") % {
        "with": whole(standing.point_rank),
        "without": whole(standing.plain_rank),
    }


def tiers_said(k: int) -> str:
    """From which chance on a place has which tier."""
    each = [gettext("%(tier)s from %(p)s") % {"tier": name, "p": percent(least)} for name, least in TIERS]
    return gettext("Tiers, by the chance of being among the first %(k)s: %(tiers)s.") % {
        "k": whole(k),
        "tiers": joined(each),
    }


def tier_said(standing: Standing) -> str:
    """How likely the place is to be among the first k, and the tier that follows."""
    values = {"p": percent(standing.p_top), "k": whole(standing.k), "tier": standing.tier}
    if standing.tier:
        return gettext("Tier %(tier)s: among the first %(k)s with a chance of %(p)s.") % values
    return gettext("No tier: among the first %(k)s with a chance of %(p)s.") % values


def grade_name(grade: str) -> str:
    """How far a place's figures may be relied on."""
    return {
        "high": pgettext("confidence", "high"),
        "medium": pgettext("confidence", "medium"),
        "low": pgettext("confidence", "low"),
        "very low": pgettext("confidence", "very low"),
    }[grade]


def part_of_grade(name: str) -> str:
    """What a grade hangs on."""
    return {
        "incidents": gettext("number of problems"),
        "rank": gettext("width of the rank interval"),
        "reporting": gettext("how well reporting is known"),
        "denominator": gettext("other denominators"),
        "resolutions": gettext("other sizes of unit"),
    }[name]


def grade_said(standing: Standing) -> str:
    """The grade and what decided it."""
    decided = joined([part_of_grade(name) for name in standing.decided])
    return gettext("%(grade)s; decided by: %(parts)s") % {"grade": grade_name(standing.grade), "parts": decided}


def graded_said(standing: Standing) -> str:
    """The parts the grade was made from, and those that could not be had."""
    said = gettext("Graded by: %(parts)s.") % {"parts": joined([part_of_grade(name) for name in standing.graded_by])}
    missing = [name for name in _CAN_LACK if name not in standing.graded_by]
    if standing.order == DELAY or not missing:
        return said
    lacking = gettext("Not graded by, as it could not be had: %(parts)s.")
    return f"{said} {lacking % {'parts': joined([part_of_grade(name) for name in missing])}}"


def change_name(kind: str) -> str:
    """A class of change in a word; a dash where nothing can be said."""
    return {
        "new": pgettext("change", "new"),
        "rising": pgettext("change", "rising"),
        "persistent": pgettext("change", "persistent"),
        "falling": pgettext("change", "falling"),
        "none": pgettext("change", "none seen"),
        "": "–",
    }[kind]


def quadrant_name(part: Part, level: float) -> str:
    """How a place lies among its neighbours, by local Moran; a dash where that may be chance."""
    if part.quadrant is None or part.local_q is None or part.local_q > level:
        return "–"
    return {
        1: pgettext("neighbours", "high among high"),
        2: pgettext("neighbours", "low among high"),
        3: pgettext("neighbours", "low among low"),
        4: pgettext("neighbours", "high among low"),
    }[part.quadrant]


def reporting_said(found: Readiness | None, why: str = "") -> str:
    """How readily people report here, or that nobody knows and someone should go and ask."""
    if found is None:
        return _unknown_reporting(why)
    if found.desert:
        return gettext("Readiness to report is not known well enough. Go and ask; few reports are no proof of calm.")
    values = {"rho": times(found.rho), "low": decimal(found.low, 1), "high": decimal(found.high, 1)}
    if found.low > 1:
        return gettext("People here report more readily than elsewhere: %(rho)s (%(low)s to %(high)s).") % values
    if found.high < 1:
        return gettext("People here report less readily than elsewhere: %(rho)s (%(low)s to %(high)s).") % values
    return gettext("People here report about as readily as elsewhere: %(rho)s (%(low)s to %(high)s).") % values


def _unknown_reporting(why: str) -> str:
    if why == HIDDEN:
        return gettext("Nearly all problems seem to be seen by one person only, so nothing can be learnt from repeats.")
    if why == NO_LATER:
        return gettext("Readiness to report is not known: too few problems are reported twice.")
    return gettext("Readiness to report is not known here.")


def waited_said(found: Waited | None, q_level: float, *, kept: bool = True) -> str:
    """How long people wait, with its limits, and whether that differs from the rest of the city.

    `kept`: whether waits are looked at in units of this size at all.
    """
    if not kept:
        return gettext("Waiting is looked at in larger hexagons and neighbourhoods.")
    if found is None or found.n == 0:
        return gettext("There was nothing to wait for.")
    said = [_half(found), _eight_of_ten(found), _beside_mix(found), _beside_city(found, q_level)]
    return " ".join(sentence for sentence in said if sentence)


def _half(found: Waited) -> str:
    if found.n == 1 and not found.closed:
        return gettext("The one problem is still open.")
    if found.median_days is None:
        return gettext("Fewer than half of %(problems)s are closed (%(closed)s), so there is no median time yet.") % {
            "problems": problems(found.n),
            "closed": whole(found.closed),
        }
    values = {"problems": problems(found.n), **_limits(found.median_days, found.median_low, found.median_high)}
    if found.n == 1:
        return gettext("The one problem was closed within %(days)s (%(limits)s).") % values
    return gettext("Half of %(problems)s were closed within %(days)s (%(limits)s).") % values


def _eight_of_ten(found: Waited) -> str:
    if found.n == 1 or found.median_days is None:
        return ""
    if found.p80_days is None:
        return gettext("Fewer than eight of ten are closed.")
    values = _limits(found.p80_days, found.p80_low, found.p80_high)
    return gettext("Eight of ten were closed within %(days)s (%(limits)s).") % values


def _limits(middle: float, low: float | None, high: float | None) -> dict[str, str]:
    said = gettext("limits not known") if low is None else between(low, high)
    return {"days": days(middle), "limits": said}


def _beside_mix(found: Waited) -> str:
    if found.gap_days is None or found.gap_error is None:
        return ""
    return gettext("Beside what the mix of subjects explains: %(gap)s (standard error %(error)s).") % {
        "gap": _more_or_less(found.gap_days),
        "error": days(found.gap_error),
    }


def _beside_city(found: Waited, q_level: float) -> str:
    if found.logrank_q is None:
        return gettext("Too few are closed to compare with the city.")
    if found.logrank_q > q_level:
        return gettext("No clear difference from the rest of the city.")
    return gettext("This differs from the rest of the city.")


def made_of(apart: Apart, names: Mapping[str, str]) -> str:
    """The largest parts of a place's burden: 61% lighting, 22% litter."""
    parts = [p for p in apart.parts[:NAMED_PARTS] if p.share >= NAMED_SHARE] or list(apart.parts[:1])
    named = [
        gettext("%(share)s %(subject)s") % {"share": percent(p.share), "subject": names.get(p.category, p.category)}
        for p in parts
        if p.share > 0
    ]
    return joined(named)


def exact_figure(part: Part) -> str:
    """O/E as counted, with its exact limits."""
    return _between(times(part.crude), decimal(part.crude_low, 1), decimal(part.crude_high, 1))
