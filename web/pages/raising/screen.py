"""What the report form shows. Subjects come from the city's file, so that it can be drawn without the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext

from geo.cities import CategorySpec, Question
from issues.drafts import allowed
from web.pages import tiles
from web.pages.errors import RETRY_AFTER_S
from web.pages.raising import places, script
from web.pages.raising.places import Offer
from web.pages.raising.typed import ANSWER, Typed, only, with_key
from web.pages.raising.words import in_words, kept_back, promise
from web.spoken import spoken

NOTHING = Offer()


@dataclass(frozen=True)
class Screen:
    """One answer of the form: what was typed, the section in view, what is wrong with it, and what else it shows.

    `problems` by field and code. `down`: the database does not answer and is not asked. `limited`: the way
    past a limit is offered. `look` is what to look at first: questions or similar.
    """

    typed: Typed
    step: str
    problems: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""
    status: int = 200
    found: Offer = NOTHING
    streets: Offer = NOTHING
    found_said: str = ""
    streets_said: str = ""
    suggestion: Mapping[str, str] = field(default_factory=dict)
    similar: list[dict[str, str]] = field(default_factory=list)
    limited: bool = False
    look: str = ""
    down: bool = False


def shown(request: HttpRequest, screen: Screen) -> HttpResponse:
    """The page. It is nobody else's, and asked for anew when opened anew: its key is good for one report."""
    response = render(request, "raising/form.html", context(screen), status=screen.status)
    patch_cache_control(response, private=True, no_cache=True)
    if screen.down:
        response["Retry-After"] = str(RETRY_AFTER_S)
    return response


def context(screen: Screen) -> dict[str, Any]:
    """All that the templates of the form read."""
    typed = with_key(screen.typed)
    shown = only(screen.problems, screen.step) | {k: v for k, v in screen.problems.items() if k in ("lift", "website")}
    problems = in_words(shown)
    categories = [_category(spec, typed, problems) for spec in settings.CITY.categories]
    labels = {"synthetic": False, "approximate": False} if screen.down else {}
    return labels | {
        "typed": typed,
        "step": screen.step,
        "problems": problems,
        "problem_list": _listed(problems),
        "notice": screen.notice,
        "found": screen.found.choices,
        "more": screen.found.more,
        "found_said": screen.found_said,
        "streets": screen.streets.choices,
        "streets_said": screen.streets_said,
        "areas": [] if screen.down else [{"slug": slug, "name": name} for slug, name in places.areas()],
        "swap": problems.get("place") and places.looks_swapped(typed),
        "categories": categories,
        "chosen": next((c for c in categories if c["chosen"]), {}),
        "place_said": _place_said(typed),
        "suggestion": screen.suggestion,
        "similar": screen.similar,
        "limited": screen.limited,
        "look": screen.look,
        "step_title": _title(screen.step),
        "map": _map(),
        "words": script.words(),
        "modules": script.modules(),
    }


def _title(step: str) -> str:
    return {"where": gettext("1 of 3: Where"), "what": gettext("2 of 3: What"), "send": gettext("3 of 3: Send")}[step]


def _map() -> dict[str, Any]:
    base = tiles.layer()
    lng, lat = settings.CITY.centre
    return {
        "centre": f"{lng},{lat}",
        "bounds": ",".join(str(v) for v in settings.CITY.bbox),
        "tiles": base.url if base else "",
        "attribution": base.attribution if base else "",
        "max_zoom": base.max_zoom if base else 19,
    }


# Problems in the order of the page; answers to questions stand after the subject.
_ORDER = ("website", "place", "precision", "address", "text", "category", "answers", "photos", "email", "lift")


def _listed(problems: Mapping[str, str]) -> list[dict[str, str]]:
    """The summary: each problem with the id of the field it leads to."""

    def place(name: str) -> int:
        field = "answers" if name.startswith(ANSWER) else name
        return _ORDER.index(field) if field in _ORDER else len(_ORDER)

    targets = {"place": "search", "precision": "search", "category": f"category-{settings.CITY.categories[0].slug}"}
    return [{"target": targets.get(name, name), "said": problems[name]} for name in sorted(problems, key=place)]


def _place_said(typed: Typed) -> str:
    """The place in one line: "Strada Mare, by the school, Fabric", or its numbers and the words about it."""
    address, area = typed.address.strip(), typed.place.rpartition(", ")[2]
    if typed.named and address.startswith(typed.named):
        return f"{address}, {area}" if area and area != typed.place else address
    name = typed.place
    if not name and typed.has_place:
        name = gettext("The point %(lat)s, %(lng)s") % {"lat": typed.lat, "lng": typed.lng}
    return " · ".join(part for part in (address, name) if part)


def _category(spec: CategorySpec, typed: Typed, problems: Mapping[str, str]) -> dict[str, Any]:
    return {
        "slug": spec.slug,
        "name": spoken(spec.name),
        "chosen": typed.category == spec.slug,
        "hint": spoken(spec.hint),
        "promise": promise(spec),
        "goes_to": spoken(spec.goes_to),
        "private": kept_back(spec),
        "questions": [_question(spec.slug, question, typed, problems) for question in spec.questions],
    }


def _question(slug: str, question: Question, typed: Typed, problems: Mapping[str, str]) -> dict[str, Any]:
    name = f"{ANSWER}{slug}-{question.id}"
    value = typed.answers.get(name.removeprefix(ANSWER), "")
    words = {"yes": gettext("yes"), "no": gettext("no")} | {v: spoken(texts) for v, texts in question.options}
    return {
        "id": question.id,
        "name": name,
        "ask": spoken(question.ask),
        "kind": question.kind,
        "when": question.when[0] if question.when else "",
        "when_is": question.when[1] if question.when else "",
        "value": value,
        "problem": problems.get(name, ""),
        "options": [{"value": v, "label": words[v], "chosen": v == value} for v in allowed(question)],
    }


def unavailable(typed: Typed) -> Screen:
    """The form with every word in it, while the database does not answer."""
    notice = gettext("We cannot take reports just now. Nothing you wrote is lost: try again in half a minute.")
    return Screen(typed, typed.section, notice=notice, status=503, down=True)
