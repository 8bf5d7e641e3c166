"""How the desk says where an issue stands: what is late in plain words, never by a colour alone."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from issues.deadlines import Deadlines, Standing, Stands
from web.reporting.numbers import day, whole

# The worst first, as the queue is ordered.
STANDINGS: dict[Standing, Promise] = {
    Standing.LATE_LEGAL: _("past the legal deadline"),
    Standing.LATE_TARGET: _("past the city's target"),
    Standing.NEAR: _("due soon"),
    Standing.ON_TIME: _("in time"),
}
CHANNELS: dict[str, Promise] = {
    "web": _("this site"),
    "phone": _("telephone"),
    "counter": _("counter"),
    "paper": _("letter"),
    "field": _("seen on the ground"),
    "open311": _("another program"),
}


def channel_words(channel: str) -> str:
    """By which way a report came; a source's own word where it is none of ours."""
    return str(CHANNELS.get(channel, channel))


def standing_words(stands: Stands, deadlines: Deadlines, *, closed: bool = False) -> dict[str, Any]:
    """A tag and the two deadlines in words; of a closed issue, how it stood when it was closed."""
    return {
        "slug": str(stands.standing),
        "tag": "" if closed else STANDINGS[stands.standing],
        "late": stands.standing in (Standing.LATE_LEGAL, Standing.LATE_TARGET),
        "legal": _legal(stands.legal_left, closed),
        "legal_on": day(deadlines.legal_on.isoformat()) if deadlines.legal_on else "",
        "target": _target(stands.target_left, closed),
        "target_on": day(deadlines.target_on.isoformat()),
    }


def _legal(left: int | None, closed: bool) -> str:
    if left is None:
        return gettext("none by law")
    n = {"n": whole(abs(left))}
    if left < 0:
        return ngettext("%(n)s day late", "%(n)s days late", -left) % n
    if closed:
        return gettext("kept")
    if left == 0:
        return gettext("today is the last day")
    return ngettext("%(n)s day left", "%(n)s days left", left) % n


def _target(left: int, closed: bool) -> str:
    n = {"n": whole(abs(left))}
    if left < 0:
        return ngettext("%(n)s working day late", "%(n)s working days late", -left) % n
    if closed:
        return gettext("kept")
    if left == 0:
        return gettext("today is the last day")
    return ngettext("%(n)s working day left", "%(n)s working days left", left) % n
