"""What the desk refuses, by code: the answer's status and the words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PROBLEMS: Mapping[str, tuple[int, Promise]] = {
    "unknown": (422, _("Choose one of the list.")),
    "no-such": (422, _("There is no such issue that is yours to see.")),
    "not-yours": (403, _("This is not yours to do.")),
    "no-move": (422, _("The issue cannot go to this state, or it needs a reason.")),
    "out-of-reach": (422, _("This person's role does not reach the issue.")),
    "closed": (409, _("The issue is closed. It has no deadline to make later.")),
    "no-term": (422, _("No law sets a deadline here that could be later.")),
    "over": (409, _("The deadline has passed. It cannot be made later any more.")),
    "stays": (409, _("This cannot be taken back.")),
    "changed-since": (409, _("Something else was done since. Take that back first.")),
    "not-public": (409, _("What is hidden stands alone. Publish it first.")),
    "sensitive": (422, _("Only one of the two speaks of people. They stay apart.")),
    "alone": (409, _("It stands alone already.")),
    "broken": (500, _("Something went wrong with this one. Nothing of it was changed.")),
}
