"""How a report came in: once for every key, however often it was sent."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from issues.models.issues import Issue
from neighborhoods.models import Contact


class Submission(models.Model):
    """The receipt of one report. `key_digest` is SHA-256 of the draft's UUID.

    `body_digest` is a keyed digest of what was said under it, of which a copy of the database tells nothing.
    `link` is the private link: 128 random bits. Where the report was erased, `issue` is empty and `erased_at` says
    when; its key never makes an issue again.
    """

    key_digest = models.BinaryField(_("digest of the key"), max_length=32, unique=True)
    body_digest = models.BinaryField(_("digest of the report"), max_length=32)
    link = models.BinaryField(_("private link"), max_length=16, unique=True)
    issue = models.OneToOneField(Issue, models.SET_NULL, null=True, blank=True, related_name="submission")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, blank=True, related_name="+")
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True)

    def __str__(self) -> str:
        return f"submission of issue {self.issue_id}"


class HeldReport(models.Model):
    """A whole report that waits for its e-mail link to be opened: the way past a limit without a script."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4)
    secret = models.BinaryField(_("secret of the link"), max_length=16, unique=True)
    report = models.JSONField(_("the report as sent"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    sent_at = models.DateTimeField(_("sent on at"), null=True, blank=True)

    def __str__(self) -> str:
        return f"held report {self.pk}"


class NumberKey(models.Model):
    """The key of this city's tracking numbers: made once, kept with the data, so that numbers outlive everything."""

    key = models.BinaryField(_("key"), max_length=16)

    def __str__(self) -> str:
        return "key of the tracking numbers"
