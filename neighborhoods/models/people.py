"""People: those who sign in, and those who only leave an address. A resident needs neither to be heard."""

from __future__ import annotations

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """An account; what it may do is said in each room's rules. `signs_as` is what the public reads of it."""

    signs_as = models.CharField(_("signs as"), max_length=200, blank=True, db_default="")


class Contact(models.Model):
    """Where a person can be written to, apart from all else.

    The web's database role may add rows but never read `email`; the mail role reads it (see database_roles). `digest`
    is a keyed digest of the address, so that one address is one contact without anybody reading it.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4)
    email = models.EmailField(_("e-mail address"), max_length=254)
    digest = models.BinaryField(_("keyed digest of the address"), max_length=32, unique=True)
    language = models.CharField(_("language"), max_length=8)
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Attempt(models.Model):
    """One report sent from an address block, kept for a day, to limit bursts.

    `block` is a digest of the network block under a key that changes every day; `cell` the H3 cell (resolution 8).
    """

    block = models.BinaryField(_("digest of the address block"), max_length=16)
    cell = models.BigIntegerField(_("cell"))
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["block", "at"], name="attempt_block"),
            models.Index(fields=["cell", "at"], name="attempt_cell"),
            models.Index(fields=["at"], name="attempt_at"),
        ]

    def __str__(self) -> str:
        return f"attempt at {self.at}"
