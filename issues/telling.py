"""Who hears of what happens to an issue. Each of these is a constant number of statements, however many hear."""

from __future__ import annotations

from collections.abc import Iterable

from issues.hooks import tell_raised
from issues.models import DeskStep, HeldReport, Issue, ModerationStep, StatusChange
from neighborhoods.following import notify, notify_alone, of_issues, of_place
from neighborhoods.models import Follow
from neighborhoods.models.notices import AT_ONCE

# Kinds of notices; their words stand in web.letters.
NEW, STATUS, HIDDEN, LIFT, LATER = "new", "status", "hidden", "lift", "later"


def tell_of_new(issue: Issue) -> None:
    """Tell those who follow the place of an issue that it is there, and webhooks: once, whatever comes after."""
    if not issue.hidden:
        tell_raised(issue)
    notify(_of_place(issue), event=f"{NEW}:{issue.pk}", kind=NEW, subject=issue.pk)


def tell_of_change(issue: Issue, step: StatusChange, *, attached: bool = True) -> None:
    """Tell of a step those who follow the issue, those who follow its place and, where `attached`, those who follow any
    issue of the same incident, each under the number they follow.

    Of what nobody may see only its reporter hears.
    """
    members = {issue.pk: issue.hidden}
    if attached and issue.incident_id and not issue.hidden:
        members |= dict(Issue.objects.filter(incident=issue.incident_id).values_list("pk", "hidden"))
    told = [f for f in of_issues(members) if f.reporter or not members[f.subject]]
    own_first = sorted(told, key=lambda f: f.subject != issue.pk)
    notify(
        [*own_first, *_of_place(issue)],
        event=f"{STATUS}:{step.pk}",
        kind=STATUS,
        subject=issue.pk,
        details={"step": step.pk},
    )


def tell_author(issue: Issue, step: ModerationStep) -> None:
    """Tell the reporter what a person who moderates decided, and why."""
    told = of_issues([issue.pk]).filter(reporter=True)
    notify(told, event=f"moderation:{step.pk}", kind=HIDDEN, subject=issue.pk, details={"step": step.pk})


def tell_of_extension(issue: Issue, step: DeskStep) -> None:
    """Tell the reporter that the answer may take longer, and why."""
    told = of_issues([issue.pk]).filter(reporter=True)
    notify(told, event=f"{LATER}:{step.pk}", kind=LATER, subject=issue.pk, details={"step": step.pk})


def tell_who_waits(held: HeldReport) -> None:
    """Mail the link that sends on a report past a limit."""
    notify_alone(held.contact_id, event=f"{LIFT}:{held.pk}", kind=LIFT, details={"held": str(held.pk)})


def _of_place(issue: Issue) -> Iterable[Follow]:
    """Follows of the place of an issue as the public knows it; of what is hidden or sensitive there are none."""
    if issue.hidden or issue.category.sensitive:
        return []
    slug = issue.neighborhood.slug if issue.neighborhood else ""
    follows = of_place(point=issue.public_point, slug=slug, category=issue.category_id)
    return sorted(follows, key=lambda f: f.pace != AT_ONCE)
