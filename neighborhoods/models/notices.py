"""Who wants to hear of what, and what is still to be told."""

from __future__ import annotations

import uuid

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GistIndex
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from neighborhoods.models.people import Contact

ISSUE, NEIGHBORHOOD, ADDRESS, AREA = "issue", "neighborhood", "address", "area"
FOLLOW_KINDS = [
    (ISSUE, _("one issue")),
    (NEIGHBORHOOD, _("a neighbourhood")),
    (ADDRESS, _("the surroundings of an address")),
    (AREA, _("a drawn area")),
]
AT_ONCE, DAILY = "once", "daily"
PACES = [(AT_ONCE, _("at once")), (DAILY, _("once a day"))]


class Follow(models.Model):
    """One person's wish to be told: of one issue, or of what happens in a place. In force from the confirming click.

    `subject` is the number of an issue (a plain number: this room knows no issues). `slug` names a neighborhood of the
    primary layer, whatever its boundary is on the day. `reach` is the ground of an address or a drawn area, degrees.
    `categories` are keys of subjects; none means all. `secret` is that of the links in the mails.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="follows")
    kind = models.CharField(_("kind"), max_length=12, choices=FOLLOW_KINDS)
    subject = models.BigIntegerField(_("issue"), null=True, blank=True)
    slug = models.SlugField(_("neighbourhood"), max_length=120, blank=True)
    reach = models.PolygonField(_("ground"), srid=4326, null=True, blank=True, spatial_index=False)
    label = models.CharField(_("what the person calls it"), max_length=300, blank=True)
    radius_m = models.PositiveIntegerField(_("radius in metres"), null=True, blank=True)
    categories = ArrayField(models.BigIntegerField(), verbose_name=_("subjects"), default=list, blank=True)
    pace = models.CharField(_("pace"), max_length=5, choices=PACES, default=AT_ONCE)
    reporter = models.BooleanField(_("by the reporter"), default=False)
    secret = models.BinaryField(_("secret of the links"), max_length=16, unique=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject"], condition=Q(kind=ISSUE), name="follow_issue"),
            models.Index(fields=["slug"], condition=Q(kind=NEIGHBORHOOD), name="follow_neighborhood"),
            GistIndex(fields=["reach"], name="follow_reach"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(
                    Q(kind=ISSUE, subject__isnull=False)
                    | (Q(kind=NEIGHBORHOOD) & ~Q(slug=""))
                    | Q(kind__in=[ADDRESS, AREA], reach__isnull=False)
                ),
                name="follow_says_of_what",
            )
        ]

    def __str__(self) -> str:
        return f"follow of {self.kind}"


class Notice(models.Model):
    """The outbox: one row per event and person, written in the transaction of what it tells of, delivered by web.

    `event` names what happened, once for everybody ("status:812"); a person never gets two rows of one event, however
    many of their follows it touches. `kind` chooses the words, `subject` is an issue's number, `details` what the words
    need beyond it (never an address or a text of a resident). Sent rows keep `sent_at`.
    """

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="notices")
    event = models.CharField(_("event"), max_length=80)
    kind = models.CharField(_("kind"), max_length=20)
    subject = models.BigIntegerField(_("issue"), null=True, blank=True)
    follow = models.ForeignKey(Follow, models.SET_NULL, null=True, blank=True, related_name="+")
    details = models.JSONField(_("details"), default=dict)
    pace = models.CharField(_("pace"), max_length=5, choices=PACES, default=AT_ONCE)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    due_at = models.DateTimeField(_("due at"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    problem = models.CharField(_("last problem"), max_length=200, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "contact"], name="notice_once_per_person")]
        indexes = [models.Index(fields=["pace", "due_at"], condition=Q(sent_at__isnull=True), name="notice_due")]

    def __str__(self) -> str:
        return f"notice of {self.event}"
