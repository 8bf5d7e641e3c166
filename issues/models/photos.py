"""Photos: only new images made from the pixels are kept, and none is shown before a person has looked."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.models.course import Verdict
from issues.models.issues import Issue
from issues.rules import PhotoState
from neighborhoods.models import User

PHOTO_STATES = [
    (PhotoState.WAITING.value, _("waits for a person to look")),
    (PhotoState.SHOWN.value, _("shown")),
    (PhotoState.REFUSED.value, _("not shown")),
]


class Photo(models.Model):
    """One photo of an issue, or of a verdict on its closing. `id` is the client's own, so that a retry makes no second.

    `digest` is SHA-256 of the bytes as sent: the same id with other bytes is refused. Files: issues.photos.
    """

    id = models.UUIDField(_("id"), primary_key=True)
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="photos")
    verdict = models.ForeignKey(Verdict, models.CASCADE, null=True, blank=True, related_name="photos")
    state = models.CharField(_("state"), max_length=8, choices=PHOTO_STATES, default=PhotoState.WAITING.value)
    digest = models.BinaryField(_("digest of what was sent"), max_length=32)
    width = models.PositiveIntegerField(_("width in pixels"))
    height = models.PositiveIntegerField(_("height in pixels"))
    reason = models.CharField(_("why it is not shown"), max_length=300, blank=True)
    looked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"), db_default=Now())

    class Meta:
        ordering = ["recorded_at", "pk"]
        indexes = [
            models.Index(
                fields=["recorded_at"], condition=models.Q(state=PhotoState.WAITING.value), name="photo_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"photo {self.pk} of issue {self.issue_id}"
