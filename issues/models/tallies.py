"""Counts kept beside the issues."""

from __future__ import annotations

from django.db import models


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
