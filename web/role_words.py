"""Roles, how far they reach and what they open, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.rules import IssueRight
from neighborhoods.models import Category, Department, Neighborhood
from neighborhoods.rules import Actor, Held, PeopleRight, Role
from web.permissions import allowed
from web.spoken import spoken

ROLE_WORDS: Mapping[Role, Promise] = {
    Role.RESIDENT: _("resident"),
    Role.BANNED: _("shut out"),
    Role.MEMBER: _("member of a local group"),
    Role.COORDINATOR: _("coordinator of a local group"),
    Role.MANAGER: _("neighbourhood manager"),
    Role.MODERATOR: _("moderator"),
    Role.OFFICER: _("officer of a department"),
    Role.PLANNER: _("planner"),
    Role.ANALYST: _("analyst"),
    Role.ADMINISTRATOR: _("administrator"),
    Role.PROTECTION: _("data-protection officer"),
}

# What may be given, in the order of the form, and what it means for who has it.
ROLE_SAID: Mapping[Role, Promise] = {
    Role.OFFICER: _("answers and changes the state; cannot hide what is said of the city hall"),
    Role.MANAGER: _("sees the desk, writes notes, assigns, enters reports for people"),
    Role.MODERATOR: _("publishes, hides, edits; never sees where a sensitive issue truly lies"),
    Role.PLANNER: _("starts analyses and works with rankings"),
    Role.ANALYST: _("sees sums alone"),
    Role.PROTECTION: _("sees who did what, and erases"),
    Role.ADMINISTRATOR: _("gives roles and keys; reads no report that the public cannot read"),
    Role.COORDINATOR: _("speaks for a local group"),
    Role.MEMBER: _("belongs to a local group"),
    Role.BANNED: _("may read and no more, whatever else it holds"),
}


@dataclass(frozen=True)
class Page:
    """Somewhere a role leads to."""

    url: str
    label: str


# Where staff work: what one must be allowed to do, the name of the page, its label.
PAGES = (
    (IssueRight.SEE_DESK, "desk", _("The desk")),
    (IssueRight.MODERATE, "moderation", _("What waits")),
    (PeopleRight.SEE_ACTS, "acts", _("Who did what")),
    (PeopleRight.GIVE_ROLES, "staff", _("Accounts and roles")),
    (PeopleRight.MAKE_TOKENS, "keys", _("Keys of programs")),
    (IssueRight.HOOK, "hooks", _("Webhooks")),
    (PeopleRight.KEEP_PLACES, "admin:index", _("Places and subjects")),
)


def pages_for(actor: Actor) -> list[Page]:
    """Where somebody may work now."""
    return [Page(reverse(name), str(label)) for right, name, label in PAGES if allowed(actor, right)]


class Reaches:
    """How far roles reach, in words; names are looked up once for all of them."""

    def __init__(self, held: Iterable[Held]) -> None:
        held = list(held)
        self.departments = _names(Department, {h.department for h in held})
        self.categories = _names(Category, {h.category for h in held})
        areas = Neighborhood.objects.ever(settings.CITY.primary_layer, {h.area for h in held} - {""})
        self.areas = {area.slug: area.name for area in areas.defer("geometry")}

    def said(self, held: Held) -> str:
        """Water, Fabric; everywhere where nothing bounds it. A place that is no more is named by its slug."""
        bounds = [
            self.departments.get(held.department, held.department),
            self.categories.get(held.category, held.category),
            self.areas.get(held.area, held.area),
        ]
        named = [bound for bound in bounds if bound]
        return " · ".join(named) if named else gettext("everywhere")


def held_words(held: Sequence[Held]) -> list[tuple[str, str]]:
    """Roles that were given to somebody, each with its reach."""
    given = [one for one in held if one.role in ROLE_SAID]
    reaches = Reaches(given)
    return [(str(ROLE_WORDS[one.role]), reaches.said(one)) for one in given]


def _names(model: type[Department] | type[Category], slugs: set[str]) -> dict[str, str]:
    return {slug: spoken(names) for slug, names in model.objects.filter(slug__in=slugs).values_list("slug", "names")}
