"""What a search looks through: one narrow row beside each public issue that has words."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from issues.queries import SearchRowQuerySet


class SearchRow(models.Model):
    """The public words of one issue as lexemes, and what the filters ask of it.

    Written by triggers in the transaction that writes the issue (migration 0005), never by Python. It holds no issue
    that is hidden and no words that the public does not read. `issue_id` is a plain number, as in TallyChange.
    See docs/decisions/0004-counts.md.
    """

    issue_id = models.BigIntegerField(primary_key=True)
    cell = models.BigIntegerField()
    neighborhood_id = models.BigIntegerField(null=True)
    category_id = models.BigIntegerField()
    opened_on = models.DateField()
    state = models.CharField(max_length=12)
    lexemes = SearchVectorField()

    objects = SearchRowQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["lexemes"], name="searchrow_lexemes"),
            models.Index(fields=["-opened_on", "-issue_id"], name="searchrow_newest"),
        ]

    def __str__(self) -> str:
        return f"words of issue {self.issue_id}"
