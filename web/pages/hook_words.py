"""What is said of webhooks: of which events they hear, how they stand, and plainly what went wrong."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from issues.hook_standing import Condition
from issues.hooks import Event
from web import outgoing

EVENT_WORDS: Mapping[Event, Promise] = {
    Event.RAISED: _("an issue is public"),
    Event.CHANGED: _("an issue takes a step, or its text changes"),
    Event.WITHDRAWN: _("an issue is hidden or erased"),
}
# The same, of one message.
MESSAGE_WORDS: Mapping[Event, Promise] = {
    Event.RAISED: _("new issue"),
    Event.CHANGED: _("step or new text"),
    Event.WITHDRAWN: _("hidden or erased"),
}

CONDITION_WORDS: Mapping[Condition, Promise] = {
    Condition.ENDED: _("it has ended"),
    Condition.QUIET: _("nothing to tell so far"),
    Condition.WELL: _("everything arrives"),
    Condition.SENDING: _("on its way"),
    Condition.PARTLY: _("some does not arrive"),
    Condition.FAILING: _("nothing arrives"),
}
# The look of each: classes of the tags.
LOOKS: Mapping[Condition, str] = {
    Condition.ENDED: "tag-off",
    Condition.WELL: "tag-on",
    Condition.PARTLY: "tag-waits",
    Condition.FAILING: "tag-waits",
}

# What cannot be an address, said to who writes it.
ADDRESS_WORDS: Mapping[str, Promise] = {
    outgoing.NOT_WRITTEN_SO: _("This is no address. It looks like https://example.org/in"),
    outgoing.NOT_HTTPS: _("The address begins with https:// so that nobody reads along."),
    outgoing.NOT_NAMED: _("The address needs a name, and neither user nor password in it."),
    outgoing.WRONG_PORT: _("Only the ports 80, 443, 8080 and 8443 are open."),
}

BROKEN_OFF = (
    "ConnectionResetError",
    "ConnectionAbortedError",
    "BrokenPipeError",
    "RemoteDisconnected",
    "IncompleteRead",
    "BadStatusLine",
    "LineTooLong",
    "SSLEOFError",
    "SSLZeroReturnError",
)
# What went wrong on the way, by what the delivery keeps.
PROBLEM_WORDS: Mapping[str, Promise] = {
    **ADDRESS_WORDS,
    outgoing.UNKNOWN: _("No computer of this name was found."),
    outgoing.NOT_PUBLIC: _("The name leads into a private network. Nothing is sent there."),
    "TimeoutError": _("The receiver did not answer in time."),
    **dict.fromkeys(["ConnectionRefusedError", "OSError"], _("The receiver does not take the connection.")),
    **dict.fromkeys(["SSLError", "SSLCertVerificationError"], _("The receiver's certificate is not right.")),
    **dict.fromkeys(BROKEN_OFF, _("The receiver broke off, or answered what is no answer.")),
}

STATUS_WORDS: Mapping[int, Promise] = {
    401: _("The receiver does not let us in (answer 401)."),
    403: _("The receiver does not let us in (answer 403)."),
    404: _("The receiver has nothing at this address (answer 404)."),
    410: _("The receiver has nothing at this address any more (answer 410)."),
    429: _("The receiver says that it is too much at once (answer 429)."),
}


def said(problem: str) -> str:
    """A problem as a delivery keeps it, in a plain sentence."""
    if not problem:
        return ""
    kind, _space, number = problem.partition(" ")
    if kind == "status" and number.isdecimal():
        return _of_status(int(number))
    if problem in PROBLEM_WORDS:
        return str(PROBLEM_WORDS[problem])
    return gettext("It did not get through (%(problem)s).") % {"problem": problem}


def _of_status(status: int) -> str:
    if status in STATUS_WORDS:
        return str(STATUS_WORDS[status])
    if 300 <= status < 400:
        sentence = gettext("The receiver sends us elsewhere (answer %(status)s). We follow nobody.")
    elif status >= 500:
        sentence = gettext("Something is broken at the receiver (answer %(status)s).")
    else:
        sentence = gettext("The receiver refuses the message (answer %(status)s).")
    return sentence % {"status": status}


def events_said(events: list[str]) -> list[str]:
    """Of what a webhook hears, in the order of the form."""
    return [str(words) for event, words in EVENT_WORDS.items() if event in events]
