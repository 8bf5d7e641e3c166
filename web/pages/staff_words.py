"""What is said of acts on accounts and keys: what was done, by whom, and why one could not be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from neighborhoods.access import AlreadyGivenError, LastAdministratorError, OwnRoleError, held_of
from neighborhoods.accounts import NameRefusedError, NameTakenError, OwnAccountError, ReasonMissingError
from neighborhoods.acts import Act, Done
from neighborhoods.models import Grant, User
from web.role_words import ROLE_WORDS, Reaches

ACT_WORDS: Mapping[Act, Promise] = {
    Act.MADE: _("account made"),
    Act.RENAMED: _("public name changed"),
    Act.CLOSED: _("account closed"),
    Act.OPENED: _("account opened again"),
    Act.ONCE_GIVEN: _("one-time password given"),
    Act.OWN_CHOSEN: _("own password chosen"),
    Act.FACTOR_ADDED: _("second factor set up"),
    Act.FACTOR_REMOVED: _("second factor taken away"),
    Act.FACTOR_RESET: _("second factor reset"),
    Act.CODES_RENEWED: _("new recovery codes made"),
    Act.KEY_MADE: _("key made"),
    Act.KEY_REVOKED: _("key revoked"),
}

REFUSED: Mapping[type[Exception], Promise] = {
    AlreadyGivenError: _("The account has this role already, with the same reach."),
    OwnRoleError: _("Nobody gives themself a role. Ask another administrator."),
    LastAdministratorError: _("This is the last administrator. Give the role to somebody else first."),
    OwnAccountError: _("Nobody does this to their own account. Ask another administrator."),
    ReasonMissingError: _("Say why: it stays written down."),
    NameTakenError: _("There is an account of this name already."),
    NameRefusedError: _("A name has letters, digits and @ . + - _ alone, at most 150 of them."),
}


@dataclass(frozen=True)
class Line:
    """One line of what was done with an account."""

    at: dt.datetime
    what: str
    who: str
    why: str = ""


def refused(problem: Exception) -> str:
    """Why an act could not be done."""
    return str(REFUSED[type(problem)])


def name_of(account: User | None) -> str:
    """Who did something; by a command it was nobody with an account."""
    return account.get_username() if account else gettext("a command")


def lines(grants: list[Grant], acts: list[Done]) -> list[Line]:
    """All that was done with an account, the newest first."""
    reaches = Reaches(map(held_of, grants))
    said = [Line(_local(done.at), str(ACT_WORDS[done.act]), name_of(done.by), done.why) for done in acts]
    for grant in grants:
        held = held_of(grant)
        what = {"role": ROLE_WORDS[held.role], "reach": reaches.said(held)}
        said.append(Line(_local(grant.given_at), gettext("given: %(role)s, %(reach)s") % what, name_of(grant.given_by)))
        if grant.ended_at:
            ended = gettext("ended: %(role)s, %(reach)s") % what
            said.append(Line(_local(grant.ended_at), ended, name_of(grant.ended_by)))
    return sorted(said, key=lambda line: line.at, reverse=True)


def _local(at: dt.datetime) -> dt.datetime:
    return at.astimezone(settings.CITY.zone)
