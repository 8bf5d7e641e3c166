"""What is said: issues, the incidents they form, and every change of state."""

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.queries import IssueQuerySet
from issues.rules import State
from neighborhoods.models import Category, User
from neighborhoods.placed import Placed

STATES = [
    (State.RECEIVED.value, _("received")),
    (State.IN_PROGRESS.value, _("in progress")),
    (State.RESOLVED.value, _("resolved")),
    (State.REFUSED.value, _("refused")),
    (State.TRANSFERRED.value, _("passed to another body")),
    (State.DUPLICATE.value, _("already reported")),
]


class Incident(models.Model):
    """One thing on the ground. It is named by its first issue; `issues` counts all that speak of it."""

    first_issue = models.OneToOneField(
        "issues.Issue", models.CASCADE, primary_key=True, related_name="founded", verbose_name=_("first issue")
    )
    issues = models.PositiveIntegerField(_("number of issues"))

    def __str__(self) -> str:
        return f"incident {self.pk}"


class Issue(Placed):
    """A resident's pin. `opened_on` is the local day of opening: the voice's own day."""

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("id at the source"), max_length=120)
    category = models.ForeignKey(Category, models.PROTECT, related_name="issues")
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=State.RECEIVED.value)
    title = models.CharField(_("title"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_on = models.DateField(_("opened on"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, blank=True, related_name="members")
    duplicate_of = models.CharField(_("source says it repeats"), max_length=120, blank=True)
    marked_duplicate = models.BooleanField(_("source says it is a duplicate"), default=False)
    default_pin = models.BooleanField(_("default pin"), default=False)
    hidden = models.BooleanField(_("hidden"), default=False)
    source_digest = models.BigIntegerField(_("digest of the source row"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    objects = IssueQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="issue_once_per_source"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="issue_closes_after_opening",
            ),
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="issue_state_known"),
        ]
        indexes = [
            models.Index(fields=["category", "opened_on"], name="issue_category_day"),
            models.Index(fields=["neighborhood", "opened_on"], name="issue_neighborhood_day"),
            models.Index(fields=["cell"], name="issue_cell"),
            models.Index(fields=["state", "opened_on"], name="issue_state_day"),
            BrinIndex(fields=["recorded_at"], name="issue_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class StatusChange(models.Model):
    """One step of an issue's course. Rows are added, never changed (a trigger in the database refuses)."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="history")
    state = models.CharField(_("state"), max_length=12, choices=STATES)
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.state} at {self.at}"


class TallyBlock(models.Model):
    """How many public issues there are, by unit, category, month and state, packed for a group of units.

    `level` says what the units are (issues.tallies: areas, coarse or fine cells), `records` holds rows of
    issues.tallies.RECORD in the order of their keys. What has not been folded in yet waits in TallyChange, and every
    count reads both; see docs/decisions/0004-counts.md.
    """

    level = models.SmallIntegerField()
    block = models.BigIntegerField()
    records = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "block"], name="tallyblock_once")]

    def __str__(self) -> str:
        return f"{self.level} {self.block}"


class TallyChange(models.Model):
    """A change of counts not folded yet: added in the transaction that made it, so no count is ever behind."""

    cell = models.BigIntegerField()
    neighborhood_id = models.BigIntegerField()
    category_id = models.BigIntegerField()
    state = models.CharField(max_length=12)
    month = models.DateField()
    n = models.IntegerField()
