"""Subjects as services, and the questions that a subject asks as their attributes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext

from geo.cities import CategorySpec, Question
from issues.drafts import LONGEST_ANSWER, allowed
from neighborhoods.models import Category
from web.api.open311.asking import Values
from web.api.open311.formats import answer
from web.api.open311.resource import answering
from web.api.parsing import printable
from web.api.problems import RefusedError
from web.spoken import spoken

# A report of such a subject has its number at once; of the others it waits for a person, and has a token until then.
REALTIME, BATCH = "realtime", "batch"


def offered() -> list[tuple[Category, CategorySpec]]:
    """The subjects that can be reported: those of the city's file that are in the tables too."""
    both = ((category, settings.CITY.spec(category.slug)) for category in Category.objects.all())
    return [(category, spec) for category, spec in both if spec is not None]


def service_of(code: str) -> tuple[Category, CategorySpec]:
    """One of them. Raises RefusedError (404)."""
    for category, spec in offered():
        if category.slug == code:
            return category, spec
    raise RefusedError(404, f"service_code: there is no service {printable(code)}")


def _services(request: HttpRequest, wanted: str, values: Values) -> HttpResponse:
    return answer(wanted, "services", [_service(category, spec) for category, spec in offered()])


def _service(category: Category, spec: CategorySpec) -> dict[str, Any]:
    name = category.name()
    others = [other for other in category.names.values() if other != name]
    return {
        "service_code": category.slug,
        "service_name": name,
        "description": _description(spec),
        "metadata": bool(spec.questions),
        "type": BATCH if spec.moderation == "before" else REALTIME,
        # A comma would part one keyword in two.
        "keywords": ", ".join(word for other in others for word in other.split(", ")),
        "group": spoken(spec.goes_to),
    }


def _description(spec: CategorySpec) -> str:
    """Who answers within how many days, and what a reporter should know first."""
    promise = ngettext("%(who)s answers within %(n)s day.", "%(who)s answers within %(n)s days.", spec.promise_days)
    told = promise % {"who": spoken(spec.goes_to), "n": spec.promise_days}
    return " ".join(part for part in (told, spoken(spec.hint)) if part)


def _definition(request: HttpRequest, wanted: str, values: Values, code: str) -> HttpResponse:
    _category, spec = service_of(code)
    attributes = [_attribute(place, question, spec) for place, question in enumerate(spec.questions, 1)]
    return answer(wanted, "service_definition", {"service_code": spec.slug, "attributes": attributes})


def _attribute(order: int, question: Question, spec: CategorySpec) -> dict[str, Any]:
    """A question as an attribute. None has to be answered: a report without is still one."""
    told = {
        "variable": True,
        "code": question.id,
        "datatype": "string" if question.kind == "text" else "singlevaluelist",
        "required": False,
        "datatype_description": _notes(question, spec),
        "order": order,
        "description": spoken(question.ask),
    }
    if question.kind == "text":
        return told
    return told | {"values": [{"key": key, "name": _name(question, key)} for key in allowed(question)]}


def _name(question: Question, key: str) -> str:
    names = dict(question.options)
    return spoken(names[key]) if key in names else {"yes": gettext("yes"), "no": gettext("no")}[key]


def _notes(question: Question, spec: CategorySpec) -> str | None:
    """How an answer is read: how long it may be, when it is asked for, who sees it."""
    notes = []
    if question.kind == "text":
        notes.append(gettext("%(n)s letters at most.") % {"n": LONGEST_ANSWER})
    if question.when is not None:
        before = next(one for one in spec.questions if one.id == question.when[0])
        words = {"ask": spoken(before.ask), "answer": _name(before, question.when[1])}
        notes.append(gettext("Asked where “%(ask)s” is answered with “%(answer)s”.") % words)
    if not question.public:
        notes.append(gettext("The answer is not shown to others."))
    return " ".join(notes) or None


services = answering(_services)
definition = answering(_definition)
