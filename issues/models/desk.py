"""The desk of staff: what was done and why, notes that the public never reads, and what is kept to work quickly."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.models.issues import Issue
from issues.rules import DeskAct
from neighborhoods.models import Category, Department, User

DESK_ACTS = [
    (DeskAct.ROUTED.value, _("given to a department by a rule")),
    (DeskAct.ASSIGNED.value, _("assigned")),
    (DeskAct.NOTED.value, _("noted")),
    (DeskAct.MERGED.value, _("put together with another")),
    (DeskAct.SPLIT.value, _("taken apart from another")),
    (DeskAct.UNDONE.value, _("taken back")),
    (DeskAct.ENTERED.value, _("entered for a person")),
    (DeskAct.EXTENDED.value, _("deadline extended")),
]


class DeskStep(models.Model):
    """One act at the desk. Rows are added, never changed (a trigger in the database refuses).

    `details` hold what is needed to take it back, as keys and slugs; never a word that a person wrote.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="desk_steps")
    act = models.CharField(_("act"), max_length=10, choices=DESK_ACTS)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    reason = models.TextField(_("reason"), blank=True)
    details = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.act} at {self.at}"


class Note(models.Model):
    """What staff say to each other about an issue. Never public, never in a feed, a mail or an export."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="notes")
    text = models.TextField(_("text"))
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"note at {self.at}"


class RoutingRule(models.Model):
    """Which issues a department is given, as data (issues.routing says what `when` may hold). The first match wins."""

    position = models.PositiveIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=100)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    when = models.JSONField(_("when"), default=dict)
    active = models.BooleanField(_("in force"), default=False)
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    changed_at = models.DateTimeField(_("changed at"), db_default=Now())

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class ReplyTemplate(models.Model):
    """Words for an answer, with places to be filled (issues.replies). For one subject and one state, or for all."""

    name = models.CharField(_("name"), max_length=100)
    text = models.TextField(_("text"))
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=12, blank=True)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class SavedView(models.Model):
    """A question to the queue that somebody asks often: its filters as the end of an address."""

    user = models.ForeignKey(User, models.CASCADE, related_name="views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=1000, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class PlacedTogether(models.Model):
    """A person's word on an incident, which wins over every rule: this issue belongs to that one's, or stands alone.

    `founder` empty: alone. Ended ones stay as history; issues.linking and issues.regrouping read those that hold.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="placed_together")
    founder = models.ForeignKey(Issue, models.CASCADE, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField(_("at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=models.Q(ended_at__isnull=True), name="placed_together_once"
            )
        ]

    def __str__(self) -> str:
        return f"issue {self.issue_id} with {self.founder_id}"
