"""Who is who and what is theirs: roles, how far each reaches, and the rights of this room as a table; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is to the city. One person may be several at once."""

    ANONYMOUS = "anonymous"
    REPORTER = "reporter"
    RESIDENT = "resident"
    BANNED = "banned"
    MEMBER = "group_member"
    COORDINATOR = "group_coordinator"
    MANAGER = "neighborhood_manager"
    MODERATOR = "moderator"
    OFFICER = "officer"
    PLANNER = "planner"
    ANALYST = "analyst"
    ADMINISTRATOR = "administrator"
    PROTECTION = "protection_officer"
    API_READ = "api_read"
    API_WRITE = "api_write"


class Act(StrEnum):
    """What may be done with an account or a key, beside giving and ending roles (a Grant is its own row)."""

    MADE = "made"
    RENAMED = "renamed"
    CLOSED = "closed"
    OPENED = "opened"
    ONCE_GIVEN = "once_given"
    OWN_CHOSEN = "own_chosen"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_RESET = "factor_reset"
    CODES_RENEWED = "codes_renewed"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"


MEANING: Mapping[Role, str] = {
    Role.ANONYMOUS: "anybody, without an account",
    Role.REPORTER: "whoever holds the private link of a report; no account",
    Role.RESIDENT: "anybody signed in",
    Role.BANNED: "signed in, and shut out from writing",
    Role.MEMBER: "belongs to a local group",
    Role.COORDINATOR: "speaks for a local group",
    Role.MANAGER: "the city's person for a neighbourhood: sees its desk, notes, assigns, enters reports",
    Role.MODERATOR: "looks at what waits, publishes, hides, edits; never sees where a sensitive issue truly lies",
    Role.OFFICER: "answers and changes the state for a department; cannot hide what is said of the city hall",
    Role.PLANNER: "starts analyses and works with rankings",
    Role.ANALYST: "sees aggregates alone",
    Role.ADMINISTRATOR: "gives roles, tokens and rules; reads no report that the public cannot read",
    Role.PROTECTION: "the data-protection officer: sees who did what, erases",
    Role.API_READ: "a program that reads what is public, with a key of its own",
    Role.API_WRITE: "a program that reads, and sends in reports",
}

# These act only after a second factor.
STAFF = frozenset(
    {Role.MANAGER, Role.MODERATOR, Role.OFFICER, Role.PLANNER, Role.ANALYST, Role.ADMINISTRATOR, Role.PROTECTION}
)
# Roles that are given to an account by name; the others come from what one holds or is.
GIVEN = STAFF | {Role.BANNED, Role.MEMBER, Role.COORDINATOR}
PROGRAMS = frozenset({Role.API_READ, Role.API_WRITE})
# Of those given, the ones that may reach less than everywhere: their rights are asked about one issue at a time.
BOUNDED = frozenset({Role.MANAGER, Role.MODERATOR, Role.OFFICER, Role.MEMBER, Role.COORDINATOR})

EVERYBODY = frozenset(Role)
# Whoever may write without being asked who they are.
WRITERS = EVERYBODY - {Role.BANNED, Role.API_READ}
PEOPLE = WRITERS - PROGRAMS
SIGNED_IN = GIVEN | {Role.RESIDENT}


class PeopleRight(StrEnum):
    """What may be done with places, people and their accounts."""

    SEE = "see what is public"
    FOLLOW = "follow, and be told"
    SIGN_IN = "sign in"
    ACCOUNT = "keep one's own account and second factor"
    GIVE_ROLES = "give and end roles"
    MAKE_TOKENS = "make and revoke keys of programs"
    SEE_DELIVERY = "see what waits to be delivered"
    SEE_ACTS = "see who did what"
    KEEP_PLACES = "keep places and subjects"


PEOPLE_RIGHTS: Mapping[StrEnum, frozenset[Role]] = {
    PeopleRight.SEE: EVERYBODY,
    PeopleRight.FOLLOW: PEOPLE,
    PeopleRight.SIGN_IN: EVERYBODY - PROGRAMS,
    PeopleRight.ACCOUNT: SIGNED_IN,
    PeopleRight.GIVE_ROLES: frozenset({Role.ADMINISTRATOR}),
    PeopleRight.MAKE_TOKENS: frozenset({Role.ADMINISTRATOR}),
    PeopleRight.SEE_DELIVERY: frozenset({Role.ADMINISTRATOR, Role.MODERATOR, Role.OFFICER, Role.MANAGER}),
    PeopleRight.SEE_ACTS: frozenset({Role.PROTECTION}),
    PeopleRight.KEEP_PLACES: frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True)
class Subject:
    """What an act is about: slugs of the department that answers, the category and the neighborhood; empty: none."""

    department: str = ""
    category: str = ""
    area: str = ""


@dataclass(frozen=True)
class Held:
    """A role and how far it reaches; an empty slug means everywhere."""

    role: Role
    department: str = ""
    category: str = ""
    area: str = ""

    def reaches(self, subject: Subject) -> bool:
        """Whether the subject lies within every bound."""
        bounds = ((self.department, subject.department), (self.category, subject.category), (self.area, subject.area))
        return all(bound in {"", of_subject} for bound, of_subject in bounds)


@dataclass(frozen=True)
class Actor:
    """Whoever asks for something. `account` is the key of the account, `token` that of a program's key.

    Roles of staff count only when a second factor was shown in this session.
    """

    held: tuple[Held, ...] = (Held(Role.ANONYMOUS),)
    account: int | None = None
    token: int | None = None
    second_factor: bool = False

    @property
    def banned(self) -> bool:
        return any(held.role == Role.BANNED for held in self.held)

    def counting(self, roles: frozenset[Role]) -> tuple[Held, ...]:
        """Of what is held, what counts now and is among these roles. Whoever is banned is nothing else."""
        counted = [held for held in self.held if held.role == Role.BANNED] if self.banned else self.held
        return tuple(h for h in counted if h.role in roles and (self.second_factor or h.role not in STAFF))

    def may(self, roles: frozenset[Role], subject: Subject | None = None) -> bool:
        """Whether one of these roles is held and reaches the subject; without a subject, reaches anything at all."""
        return any(subject is None or held.reaches(subject) for held in self.counting(roles))

    def lacks_second_factor(self, roles: frozenset[Role]) -> bool:
        """Whether nothing but a second factor is missing."""
        return not self.second_factor and not self.banned and any(h.role in roles & STAFF for h in self.held)
