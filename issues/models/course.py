"""The course of an issue: every change of state, and what residents say of a closing."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.models.issues import STATES, TEXT_STATES, Issue
from issues.rules import TextState
from neighborhoods.models import Contact, User


class StatusChange(models.Model):
    """One step of an issue's course. Rows are added, never changed (a trigger in the database refuses).

    `by` is the account; the public reads its `signs_as`. `reason` is public: it is the answer.
    """

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="history")
    state = models.CharField(_("state"), max_length=12, choices=STATES)
    at = models.DateTimeField(_("at"))
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["at", "id"], name="statuschange_at")]

    def __str__(self) -> str:
        return f"{self.state} at {self.at}"


class Verdict(models.Model):
    """What a resident says of a closing: fixed, or not. A "not" reopens the issue and counts as a dispute."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="verdicts")
    closing = models.ForeignKey(StatusChange, models.CASCADE, related_name="verdicts", verbose_name=_("closing"))
    fixed = models.BooleanField(_("fixed"))
    said = models.TextField(_("what was said"), blank=True)
    text_state = models.CharField(
        _("state of the text"), max_length=8, choices=TEXT_STATES, default=TextState.SHOWN.value
    )
    by_reporter = models.BooleanField(_("by the reporter"), default=False)
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            # One dispute reopens; there is no second while the issue is open.
            models.UniqueConstraint(
                fields=["closing"], condition=models.Q(fixed=False), name="verdict_one_dispute_per_closing"
            )
        ]

    def __str__(self) -> str:
        return f"{'fixed' if self.fixed else 'disputed'} at {self.at}"

    @property
    def public_said(self) -> str:
        return self.said if self.text_state == TextState.SHOWN else ""
