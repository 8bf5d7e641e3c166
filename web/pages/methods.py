"""How the numbers are made: each method in plain words, with its formula, the numbers it used, and its limits."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from analytics import found
from analytics.methods.change import ALWAYS_SHARE, FEWEST_BINS, FRESH_BINS, OFTEN_SHARE, change
from analytics.methods.grades import GRADES, LIMITS
from analytics.methods.ranking import TIERS
from analytics.methods.rates import garwood
from analytics.methods.reporting import DESERT, LONGEST
from analytics.methods.spread import FREEDOMS
from analytics.methods.survival import TAU_HOURS
from analytics.methods.units import Parameters
from analytics.methods.waiting import bulk_days, delay_gaps
from analytics.models import Finding, Run
from analytics.stages.alarms import ALARM_Q, LEAST_USUAL_WEEKS
from analytics.stages.check import YEAR_WEEKS
from analytics.stages.reporting import HIDDEN, NO_LATER
from neighborhoods.models import Category
from web.pages.analysis import run_facts
from web.pages.watched import check_said
from web.reporting.admissions import denominator
from web.reporting.numbers import about, days, decimal, joined, whole
from web.reporting.standings import change_name, grade_name, order_name

Words = str | Promise
Form = Callable[[Any], str]


def _share(part: float) -> str:
    return f"{about(100 * part)}%"


def _shares(parts: Sequence[float]) -> str:
    return joined([_share(part) for part in parts])


def _times(factor: float) -> str:
    return f"{about(factor)}×"


def _metres(number: float) -> str:
    return gettext("%(n)s m") % {"n": about(number)}


def _weeks(number: int) -> str:
    return ngettext("%(n)s week", "%(n)s weeks", number) % {"n": whole(number)}


def _one_in(part: float) -> str:
    return gettext("1 in %(n)s") % {"n": whole(1 / part)}


def _thousandths(number: float) -> str:
    return decimal(number, 3)


def _size(res: int) -> str:
    names = {
        8: gettext("large hexagons"),
        9: gettext("middle-sized hexagons"),
        10: gettext("small hexagons"),
    }
    return names.get(res) or gettext("hexagons of size %(n)s") % {"n": res}


def _sizes(several: Sequence[int]) -> str:
    return joined([*(_size(res) for res in several), gettext("neighbourhoods")])


@dataclass(frozen=True)
class Number:
    """One number a method uses: its name, how it is written, and where it is from: a `key` among a Run's parameters,
    or, where nobody can turn it, its value in the code (`fixed`)."""

    key: str
    name: Words
    form: Form
    fixed: Any = None

    def said(self, parameters: Mapping[str, Any]) -> str:
        """The value in words; a Run older than the parameter does not know it."""
        value = parameters.get(self.key) if self.fixed is None else self.fixed
        return pgettext("a number", "not known") if value is None else self.form(value)


@dataclass(frozen=True)
class Section:
    """One method: its address on the page, which is also the name of its template, and the numbers it uses."""

    id: str
    title: Words
    numbers: tuple[Number, ...] = ()
    record: str = ""

    @property
    def template(self) -> str:
        return f"methods/{self.id}.html"


def _default(method: Callable[..., Any], name: str) -> Any:
    """What a method takes where nobody says otherwise."""
    return inspect.signature(method).parameters[name].default


_Q = Number("q_level", _("Found, where q is at most"), _share)
_LEVEL = Number("", _("Intervals hold the truth in"), _share, fixed=_default(garwood, "level"))

SECTIONS = (
    Section("chain", _("The chain")),
    Section(
        "rates",
        _("Counts and rates"),
        (_LEVEL, Number("least_exposure", _("Too little to divide by: share of the mean exposure, below"), _share)),
    ),
    Section("shrinkage", _("Smoothed rates"), record="0009-prior.md"),
    Section(
        "hot-spots",
        _("Hot spots"),
        (
            Number("k", _("Rings of neighbours tested with a hexagon"), whole),
            _Q,
            Number("least_observed", _("Never hot with fewer problems than"), whole),
            Number("dispersion_z", _("Batches are believed from this many standard errors on"), _thousandths),
        ),
        record="0005-exposure-test.md",
    ),
    Section("patterns", _("Patterns"), (Number("pattern_res", _("Looked for in"), _sizes), _Q)),
    Section("agreement", _("Agreement"), (Number("resolutions", _("The cuts compared"), _sizes),)),
    Section(
        "clusters",
        _("Clusters"),
        (
            Number("cluster_chance", _("A usual place looks like the heart of a cluster in"), _one_in),
            Number("cluster_res", _("Tested with"), _size),
            Number("hull_buffer_m", _("Width given to an outline that has none"), _metres),
        ),
        record="0013-patterns-and-alarms.md",
    ),
    Section(
        "alarms",
        _("Alarms"),
        (
            Number("alarm_weeks", _("The newest weeks looked at"), _weeks),
            Number("", _("Usual is learnt from at least"), _weeks, fixed=LEAST_USUAL_WEEKS),
            Number("alarm_res", _("Circles are made of"), _size),
            Number("scan_cap", _("Largest share of the expected in one circle"), _share),
            Number("scan_replicas", _("Chance is drawn, at most, this many times"), whole),
            Number("", _("An alarm, where q over all subjects is at most"), _share, fixed=ALARM_Q),
        ),
        record="0013-patterns-and-alarms.md",
    ),
    Section(
        "change",
        _("Change"),
        (
            Number("change_res", _("Looked for in"), _sizes),
            Number("season_weeks", _("A season"), _weeks),
            Number("bin_weeks", _("Hot or not is asked every"), _weeks),
            _Q,
            Number("", _("Fewest of these spans for a class"), whole, fixed=FEWEST_BINS),
            Number("", _("Fewest problems for a trend"), whole, fixed=_default(change, "least")),
        ),
        record="0010-change.md",
    ),
    Section(
        "waiting",
        _("Waiting"),
        (
            Number("wait_res", _("Looked at in"), _sizes),
            Number("", _("Mean waits are counted up to"), days, fixed=TAU_HOURS / 24),
            Number("", _("Fewest cases for a gap"), whole, fixed=_default(delay_gaps, "least")),
            Number("", _("Clean-up day: closings, at least"), whole, fixed=_default(bulk_days, "least")),
            Number("", _("Clean-up day: above that weekday's usual"), _times, fixed=_default(bulk_days, "times")),
            _LEVEL,
        ),
    ),
    Section(
        "reporting",
        _("Readiness to report"),
        (
            Number("", _("A problem is watched for at most"), days, fixed=LONGEST),
            Number("interval", _("Its interval holds"), _share),
            Number("", _("Data desert: the upper end is above the lower by more than"), _times, fixed=DESERT),
        ),
        record="0014-grades-and-what-is-ranked.md",
    ),
    Section(
        "ranking",
        _("Rankings"),
        (
            Number("draws", _("Orders drawn"), whole),
            Number("hyper_draws", _("Different sets of doubts shared by all places"), whole),
            Number("interval", _("The rank interval holds"), _share),
            Number("top_k", _("At the top: among the first"), whole),
            Number("top_share", _("But at most this share of all places"), _share),
            Number("severity_kappa", _("Firmness of the weights (κ)"), whole),
        ),
        record="0014-grades-and-what-is-ranked.md",
    ),
    Section("grade", _("How far to trust it"), record="0014-grades-and-what-is-ranked.md"),
    Section(
        "check",
        _("Does the map work?"),
        (
            Number("check_weeks", _("Weeks held back"), _weeks),
            Number("", _("The map is made from the weeks before, at most"), _weeks, fixed=YEAR_WEEKS),
            Number("check_res", _("The map is made of"), _size),
            Number("check_budgets", _("Shares of the ground"), _shares),
        ),
    ),
    Section("what-if", _("What if?")),
    Section("severities", _("The city's tables")),
    Section("sources", _("Sources")),
)


# What an analysis says of readiness to report, by the code that says why it may not be used; '' where it may.
READINESS: Mapping[str, Words] = {
    "": _("In the newest analysis readiness to report is known and used."),
    NO_LATER: _("In the newest analysis it is not known: no problem was reported again while it was watched."),
    HIDDEN: _(
        "In the newest analysis it is not used: "
        "the reports only fit if nearly every problem could be seen by its first reporter alone."
    ),
}


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every section with the numbers of the newest Run; before any analysis, with those a first one will use."""
    run = Run.objects.newest()
    parameters = run.parameters if run else Parameters().to_dict()
    values = {
        "run": run,
        "facts": run_facts(run) if run else None,
        "sections": [_section(section, parameters) for section in SECTIONS],
        "said": _every(parameters),
        "classes": _classes(),
        "orders": [order_name(order) for order in (found.BURDEN, found.EXCESS, found.DELAY)],
        "tiers": [(letter, _share(least)) for letter, least in TIERS],
        "freedoms": {"least": about(min(FREEDOMS)), "most": about(max(FREEDOMS))},
        "limits": _limits(),
        "subjects": _subjects(run),
        **(_of_run(run) if run else {}),
    }
    return render(request, "methods/page.html", values)


def _section(section: Section, parameters: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [(number.name, number.said(parameters)) for number in section.numbers]
    return {
        "id": section.id,
        "title": section.title,
        "template": section.template,
        "numbers": numbers,
        "record": section.record,
    }


def _every(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Each number by its key, for sentences that speak of it."""
    return {n.key: n.said(parameters) for section in SECTIONS for n in section.numbers if n.key}


def _classes() -> dict[str, Any]:
    """The names of the classes of change, and the numbers their rules speak of."""
    names = {kind: change_name(kind) for kind in ("new", "rising", "persistent", "falling", "none")}
    return {**names, "fresh": whole(FRESH_BINS - 1), "often": _share(OFTEN_SHARE), "always": _share(ALWAYS_SHARE)}


def _limits() -> dict[str, Any]:
    """What each part of a grade must keep to: rows of (part, limits), under the names of the grades."""
    parts: tuple[tuple[str, str, Form], ...] = (
        ("incidents", gettext("problems counted: at least"), whole),
        ("rank", gettext("rank interval, of all places: at most"), _share),
        ("reporting", gettext("readiness, upper over lower end: at most"), _times),
        ("denominator", gettext("moved by another denominator, of all places: at most"), _share),
        ("resolutions", gettext("cuts of the city that say otherwise: at most"), _share),
    )
    rows = [(name, [form(limit) for limit in LIMITS[part]]) for part, name, form in parts]
    return {"names": [grade_name(grade) for grade in GRADES], "rows": rows}


def _subjects(run: Run | None) -> list[dict[str, Any]]:
    """What the city decided of each subject; weights, lives and denominators as the Run took them, where it did."""
    body = _body(run, "ranking")
    return [
        {
            "name": c.name(),
            "sensitive": c.sensitive,
            "severity": about(body.get("severity", {}).get(c.slug, c.severity)),
            "life": about(body.get("life_days", {}).get(c.slug, c.life_days)),
            "exposure": denominator(body.get("exposure", {}).get(c.slug, c.exposure)),
            "wanted": denominator(c.exposure),
            "radius": about(c.incident_radius_m),
            "days": whole(c.incident_days),
            "reach": about(c.eps_m),
            "least": whole(c.min_points),
        }
        for c in Category.objects.all()
    ]


def _of_run(run: Run) -> dict[str, Any]:
    """What only an analysis can tell: its first place, to be taken apart, and whether readiness was learnt."""
    ranked, reporting = found.ranked_areas(run), _body(run, "reporting")
    return {
        "first": ranked[0] if ranked else None,
        "readiness": READINESS.get(str(reporting.get("why")), ""),
        "check": check_said(found.map_check(run), {})["said"],
    }


def _body(run: Run | None, kind: str) -> Mapping[str, Any]:
    """What a Run found of the neighborhoods over all subjects; empty where it holds no such family."""
    family = Finding.objects.filter(run=run, kind=kind, category="", res=None).first() if run else None
    return family.body if family else {}


urlpatterns = [path("methods/", page, name="methods")]
