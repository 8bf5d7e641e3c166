"""Who was given which role, and the keys of programs. Rows end; they are not deleted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from neighborhoods.models.people import User
from neighborhoods.models.topics import Category
from neighborhoods.rules import GIVEN, Act

ROLES = [(role.value, role.value) for role in sorted(GIVEN)]
READ, WRITE = "read", "write"
SCOPES = [(READ, _("reads")), (WRITE, _("reads and sends in reports"))]


class Department(models.Model):
    """Who answers for some subjects. Its values come from the city's file."""

    slug = models.SlugField(_("slug"), max_length=60, unique=True)
    names = models.JSONField(_("names by language"))

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class GrantQuerySet(models.QuerySet["Grant"]):
    def now(self) -> GrantQuerySet:
        """What holds at this moment."""
        return self.filter(ended_at__isnull=True)


class Grant(models.Model):
    """A role of an account and how far it reaches; an empty bound means everywhere."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=24, choices=ROLES)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="+")
    area = models.SlugField(_("neighbourhood"), max_length=100, blank=True)
    given_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(_("given at"), db_default=Now())
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "department", "category", "area"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="grant_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} of {self.user_id}"


class ApiToken(models.Model):
    """The key of a program: of the key itself only a keyed digest is kept. `begins` is shown, to tell keys apart."""

    name = models.CharField(_("name"), max_length=100)
    digest = models.BinaryField(_("keyed digest"), max_length=32, unique=True)
    begins = models.CharField(_("begins with"), max_length=8)
    scope = models.CharField(_("scope"), max_length=5, choices=SCOPES, default=READ)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(_("made at"), db_default=Now())
    used_on = models.DateField(_("last used on"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]

    def __str__(self) -> str:
        return self.name


class AccountStep(models.Model):
    """What was done with an account or a key, by whom, when and why. Rows are added, never changed: the database
    refuses it (migration 0006)."""

    account = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="steps")
    token = models.ForeignKey(ApiToken, models.PROTECT, null=True, blank=True, related_name="steps")
    act = models.CharField(_("act"), max_length=16, choices=[(act.value, act.value) for act in Act])
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    why = models.CharField(_("why"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(account__isnull=False, token__isnull=True) | Q(account__isnull=True, token__isnull=False),
                name="account_step_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.account_id or self.token_id}"
