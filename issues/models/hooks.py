"""Other systems that want to be told: where, of what, and what is still to be delivered to them."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from neighborhoods.models import User


class Webhook(models.Model):
    """An address that is told of events, each once it is public. The key its messages are signed with is derived from
    the site's own and `id`, shown when the webhook is made and kept nowhere."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4)
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=20), verbose_name=_("events"))
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One event for one webhook: written in the transaction of the event, sent until it has arrived.

    `subject` is the issue's number, `step` its step of the course where the event is one. What is sent is composed at
    sending from what is public then. `problem` is a status or the name of what went wrong, never an answer's words.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(_("event"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20)
    subject = models.BigIntegerField(_("issue"))
    step = models.BigIntegerField(_("step"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("last problem"), max_length=100, blank=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)

    class Meta:
        ordering = ["created_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "event"], name="delivery_once_per_event")]
        indexes = [models.Index(fields=["due_at"], condition=Q(delivered_at__isnull=True), name="delivery_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject} for {self.webhook_id}"
