"""What people who moderate did, and why."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.models.issues import Issue
from issues.models.photos import Photo
from issues.rules import ModerationAct
from neighborhoods.models import User

ACTS = [
    (ModerationAct.PUBLISHED.value, _("published")),
    (ModerationAct.HIDDEN.value, _("hidden")),
    (ModerationAct.TEXT_SHOWN.value, _("text shown as written")),
    (ModerationAct.TEXT_EDITED.value, _("text edited for the public")),
    (ModerationAct.TEXT_PRIVATE.value, _("text kept private")),
    (ModerationAct.PHOTO_SHOWN.value, _("photo shown")),
    (ModerationAct.PHOTO_REFUSED.value, _("photo not shown")),
    (ModerationAct.PHOTO_COVERED.value, _("parts of a photo covered")),
]


class ModerationStep(models.Model):
    """One act of moderation. Rows are added, never changed."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="moderation")
    photo = models.ForeignKey(Photo, models.SET_NULL, null=True, blank=True, related_name="+")
    act = models.CharField(_("act"), max_length=14, choices=ACTS)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.act} at {self.at}"
