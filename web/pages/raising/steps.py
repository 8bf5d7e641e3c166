"""From section to section of the report form: where, what, send; what was typed in, what to show next out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.conf import settings
from django.utils.translation import get_language, gettext

from issues.drafts import DraftError
from web.pages.raising import places
from web.pages.raising.advice import similar_to, suggested_for
from web.pages.raising.screen import Screen
from web.pages.raising.typed import STEPS, Typed, draft_of, first_section, up_to


def _find(typed: Typed) -> Screen:
    """What the search finds; two numbers are a place themselves."""
    numbers = places.numbers_in(typed.search)
    if numbers:
        return _checked(places.at(replace(typed, searched=typed.search), *numbers))
    if not typed.search.strip():
        return Screen(typed, "where", problems={"place": "missing"}, status=422)
    offer = places.search(typed.search)
    if not offer.choices:
        said = gettext("Nothing is found under this name. Try only the name of the street, or the list below.")
        return Screen(replace(typed, searched=typed.search), "where", found_said=said)
    return Screen(replace(places.nowhere(typed), searched=typed.search), "where", found=offer)


def _checked(typed: Typed) -> Screen:
    """The first section with a place that is or is not in the city."""
    problems = {k: v for k, v in _problems(typed).items() if k == "place"}
    return Screen(typed, "where", problems=problems, status=422 if problems else 200)


def _streets(typed: Typed) -> Screen:
    if not typed.area:
        return Screen(typed, "where", problems={"place": "missing"}, status=422)
    offer = places.streets(typed.area)
    if not offer.choices:
        return Screen(typed, "where", streets_said=gettext("No street of this neighbourhood is known here."))
    return Screen(replace(places.nowhere(typed), searched="", search=""), "where", streets=offer)


def _swapped(typed: Typed) -> Screen:
    return _checked(places.swapped(typed))


LOOKS: Mapping[str, Callable[[Typed], Screen]] = {"find": _find, "streets": _streets, "swap": _swapped}


def meant(typed: Typed) -> str:
    """What a press asks for: a look (of LOOKS), a section, use, finish or lift.

    Enter in a field presses the first button of the form, whichever section is in view: then the next is meant.
    """
    if typed.go in {*STEPS, "use", "finish", "lift"} or (typed.go in LOOKS and typed.section == STEPS[0]):
        return typed.go
    if typed.lift.strip() and typed.section == STEPS[-1]:
        return "lift"
    return (*STEPS, "finish")[STEPS.index(typed.section) + 1]


def _settled(typed: Typed) -> Typed | Screen:
    """The form with the place that the first section now says, or the first section again to say one."""
    if typed.found:
        found = places.chosen(typed)
        return found or Screen(typed, "where", problems={"place": "gone"}, status=422)
    if typed.search.strip() and typed.search != typed.searched:
        return _find(typed)
    if typed.has_place:
        return typed
    offered = _find(typed) if typed.searched else _streets(typed) if typed.area else None
    if offered and (offered.found.choices or offered.streets.choices):
        return replace(offered, problems={"place": "unchosen"}, status=422)
    return offered or typed


def moved(typed: Typed, go: str) -> Screen:
    """The section asked for, or the first before it that lacks something. On the way back nothing is checked."""
    if go == "use":
        typed = replace(typed, category=typed.suggested)
    here = STEPS.index(typed.section)
    to = "send" if go == "use" else go
    if STEPS.index(to) <= here:
        return section(typed, to)
    if typed.section == "where":
        settled = _settled(typed)
        if isinstance(settled, Screen):
            return settled
        typed = settled
    problems = up_to(_problems(typed), to)
    if problems:
        return stopped(typed, problems)
    return _questions_first(typed) if to == "send" else section(typed, to)


def _problems(typed: Typed) -> dict[str, str]:
    try:
        draft_of(typed, settings.CITY, get_language() or "")
    except DraftError as found:
        return found.problems
    return {}


def stopped(typed: Typed, problems: Mapping[str, str]) -> Screen:
    """The first section with a problem."""
    return section(typed, first_section(problems), problems)


def section(typed: Typed, step: str, problems: Mapping[str, str] | None = None) -> Screen:
    screen = Screen(typed, step, problems=problems or {}, status=422 if problems else 200)
    if step != "what":
        return screen
    return replace(screen, suggestion=suggested_for(typed), similar=similar_to(typed))


def _questions_first(typed: Typed) -> Screen:
    """The last section; before it once what only the subject chosen brings up: its questions, and what is like it."""
    if typed.asked == typed.category:
        return section(typed, "send")
    asked = replace(typed, asked=typed.category)
    spec = settings.CITY.spec(typed.category)
    like = similar_to(typed)
    if spec and spec.questions:
        notice = gettext("There is a question about this subject below. You may leave it open and go on.")
        return Screen(asked, "what", notice=notice, similar=like, look="questions")
    if like:
        notice = gettext("Others have reported something like it nearby. Look below, or go on.")
        return Screen(asked, "what", notice=notice, similar=like, look="similar")
    return section(asked, "send")
