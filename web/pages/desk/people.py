"""Who works at the desk, for lists to choose from. Names are those accounts sign with; no address is among them."""

from __future__ import annotations

from dataclasses import dataclass

from issues.handling import WORKERS
from neighborhoods.models import Department, Grant, User
from neighborhoods.rules import Held, Role, Subject
from web.spoken import spoken


@dataclass(frozen=True)
class Person:
    """An account that works at the desk, and how far its roles reach."""

    pk: int
    name: str
    held: tuple[Held, ...]

    def reaches(self, subject: Subject) -> bool:
        return any(one.reaches(subject) for one in self.held)


def staff() -> list[Person]:
    """All of them, by name."""
    held: dict[int, list[Held]] = {}
    names: dict[int, str] = {}
    roles = [role.value for role in WORKERS]
    grants = Grant.objects.now().filter(role__in=roles, user__is_active=True)
    for grant in grants.select_related("user", "department", "category"):
        department = grant.department.slug if grant.department else ""
        category = grant.category.slug if grant.category else ""
        held.setdefault(grant.user_id, []).append(Held(Role(grant.role), department, category, grant.area))
        names[grant.user_id] = name_of(grant.user)
    found = [Person(key, names[key], tuple(rows)) for key, rows in held.items()]
    return sorted(found, key=lambda person: (person.name.casefold(), person.pk))


def name_of(user: User | None) -> str:
    """How an account is called among staff."""
    return (user.signs_as or user.get_username()) if user else ""


def department_name(department: Department | None) -> str:
    return spoken(department.names) if department else ""


def person_of(text: str) -> User | None:
    """The account of a key out of a form; nothing for anything else."""
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        return None
    keys = {person.pk for person in staff()}
    return User.objects.filter(pk=int(text), pk__in=keys).first()
