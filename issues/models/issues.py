"""What is said: issues, and the incidents they form."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex, GistIndex
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.queries import IssueQuerySet
from issues.rules import OPEN, Precision, State, TextState
from neighborhoods.models import Category, Department, User
from neighborhoods.placed import Placed

STATES = [
    (State.RECEIVED.value, _("received")),
    (State.IN_PROGRESS.value, _("in progress")),
    (State.RESOLVED.value, _("resolved")),
    (State.REFUSED.value, _("refused")),
    (State.TRANSFERRED.value, _("passed to another body")),
    (State.DUPLICATE.value, _("already reported")),
]
TEXT_STATES = [
    (TextState.SHOWN.value, _("shown as written")),
    (TextState.WITHHELD.value, _("waits for a person to look")),
    (TextState.EDITED.value, _("shown as edited")),
    (TextState.PRIVATE.value, _("kept private")),
]
PRECISIONS = [(Precision.POINT.value, _("a point")), (Precision.STREET.value, _("somewhere on a street"))]


class Incident(models.Model):
    """One thing on the ground. It is named by its first issue; `issues` counts all that speak of it."""

    first_issue = models.OneToOneField(
        "issues.Issue", models.CASCADE, primary_key=True, related_name="founded", verbose_name=_("first issue")
    )
    issues = models.PositiveIntegerField(_("number of issues"))

    def __str__(self) -> str:
        return f"incident {self.pk}"


class Issue(Placed):
    """A resident's pin. `opened_on` is the local day of opening: the voice's own day.

    `hidden` is the one switch that everything public obeys; `waiting` says that it is hidden because nobody has looked
    yet. `description`, `title` and `address` are as written; the public reads `public_text`. `words` are the folded
    public words that a search looks through, never more than what is shown.
    """

    key = models.UUIDField(_("key"), unique=True, default=uuid.uuid4, editable=False)
    source = models.CharField(_("source"), max_length=60)
    external_id = models.CharField(_("id at the source"), max_length=120)
    category = models.ForeignKey(Category, models.PROTECT, related_name="issues", db_index=False)  # issue_category_day
    state = models.CharField(_("state"), max_length=12, choices=STATES, default=State.RECEIVED.value)
    title = models.CharField(_("title"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    answers = models.JSONField(
        _("answers to the subject's questions"), default=dict, db_default=Value({}, models.JSONField())
    )
    text_state = models.CharField(
        _("state of the text"),
        max_length=8,
        choices=TEXT_STATES,
        default=TextState.SHOWN.value,
        db_default=TextState.SHOWN.value,
    )
    edited_text = models.TextField(_("text as edited for the public"), blank=True, db_default="")
    words = models.TextField(_("words to search"), blank=True, db_default="")
    precision = models.CharField(
        _("precision of the place"),
        max_length=6,
        choices=PRECISIONS,
        default=Precision.POINT.value,
        db_default=Precision.POINT.value,
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("department"),
    )
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("assigned to")
    )
    channel = models.CharField(_("channel"), max_length=60, blank=True)
    opened_at = models.DateTimeField(_("opened at"))
    opened_on = models.DateField(_("opened on"))
    promised_on = models.DateField(_("answer promised for"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    incident = models.ForeignKey(Incident, models.SET_NULL, null=True, blank=True, related_name="members")
    duplicate_of = models.CharField(_("source says it repeats"), max_length=120, blank=True)
    marked_duplicate = models.BooleanField(_("source says it is a duplicate"), default=False)
    default_pin = models.BooleanField(_("default pin"), default=False)
    hidden = models.BooleanField(_("hidden"), default=False)
    waiting = models.BooleanField(_("waits to be published"), default=False, db_default=False)
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
            models.CheckConstraint(condition=Q(waiting=False) | Q(hidden=True), name="issue_waits_hidden"),
        ]
        indexes = [
            models.Index(fields=["category", "opened_on"], name="issue_category_day"),
            models.Index(fields=["neighborhood", "opened_on"], name="issue_neighborhood_day"),
            models.Index(fields=["cell", "state", "category", "opened_on"], name="issue_in_cell"),
            models.Index(fields=["neighborhood", "state", "category", "opened_on"], name="issue_in_area"),
            models.Index(fields=["state", "opened_on"], name="issue_state_day"),
            models.Index(fields=["-opened_on", "-id"], name="issue_newest"),
            models.Index(fields=["recorded_at"], condition=Q(waiting=True), name="issue_waiting"),
            GistIndex(
                fields=["point"],
                condition=Q(hidden=False, default_pin=False, state__in=sorted(OPEN)),
                name="issue_open_point",
            ),
            models.Index(
                fields=["recorded_at"], condition=Q(text_state=TextState.WITHHELD.value), name="issue_withheld"
            ),
            models.Index(
                fields=["department", "opened_on"], condition=Q(state__in=sorted(OPEN)), name="issue_open_of_department"
            ),
            models.Index(fields=["assignee", "opened_on"], condition=Q(assignee__isnull=False), name="issue_assigned"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="issue_closed"),
            BrinIndex(fields=["recorded_at"], name="issue_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"

    @property
    def standing_text(self) -> str:
        """The text as it stands after moderation, whatever the subject: never for a page, which asks public_text."""
        if self.text_state == TextState.EDITED:
            return self.edited_text
        return self.description if self.text_state == TextState.SHOWN else ""

    @property
    def standing_title(self) -> str:
        return self.title if self.text_state == TextState.SHOWN else ""

    @property
    def public_text(self) -> str:
        """What anybody may read of the text: nothing where nobody has looked yet, where it is kept private, and of a
        sensitive subject."""
        return "" if self.category.sensitive else self.standing_text

    @property
    def public_title(self) -> str:
        return "" if self.category.sensitive else self.standing_title

    @property
    def public_address(self) -> str:
        """The address in words; of a sensitive subject never, since it tells more than the public point does."""
        return self.address if self.text_state == TextState.SHOWN and not self.category.sensitive else ""
