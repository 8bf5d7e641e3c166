"""Analyses that were run, what they found, and the reports frozen from them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from neighborhoods.models import BoundarySet, Neighborhood

# Raised whenever pages come to read something that findings did not hold before.
LAYOUT = 1


class RunQuerySet(models.QuerySet):
    def newest(self) -> "Run | None":
        """The analysis finished last: the one pages read. One whose findings are laid out otherwise is passed over."""
        return self.filter(layout=LAYOUT).order_by("-finished_at", "-pk").first()


class Run(models.Model):
    """One analysis, with all it takes to make every number again. `until` is not included."""

    since = models.DateField(_("since"))
    until = models.DateField(_("until"))
    parameters = models.JSONField(_("parameters"))
    seed = models.BigIntegerField(_("seed"))
    code_version = models.CharField(_("code version"), max_length=80)
    input_digest = models.CharField(_("digest of the input"), max_length=64)
    findings_digest = models.CharField(_("digest of the findings"), max_length=64)
    boundary_set = models.ForeignKey(BoundarySet, models.PROTECT, related_name="runs")
    synthetic = models.BooleanField(_("synthetic data"), default=False)
    layout = models.PositiveSmallIntegerField(_("layout of the findings"), default=0)
    totals = models.JSONField(_("what was read and what was left out"))
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"))

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("since")), name="run_period_has_days")]

    def __str__(self) -> str:
        return f"run {self.pk}, {self.since} to {self.until}"


class Finding(models.Model):
    """One family of results of a run: a kind, for one category (or all) at one resolution (or areas).

    `body` holds columns of equal length and a few header values; what they are is said by the stage of that kind
    in analytics/stages/.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="findings")
    kind = models.CharField(_("kind"), max_length=20)
    category = models.CharField(_("category"), max_length=60, blank=True)
    res = models.SmallIntegerField(_("resolution"), null=True, blank=True)
    body = models.JSONField(_("body"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "category", "res"], name="finding_once_per_family", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.category} {self.res or ''}".strip()


class WeeklyCounts(models.Model):
    """What a what-if needs of a Run: weekly counts, exposures and priors of one set of units, packed.

    Only analytics/stages/weekly.py knows the packing.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="weekly_counts")
    res = models.SmallIntegerField(_("resolution"), null=True, blank=True)
    body = models.BinaryField(_("packed counts"))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "res"], name="weekly_once_per_set", nulls_distinct=False)]

    def __str__(self) -> str:
        return f"weekly counts of {'the areas' if self.res is None else f'resolution {self.res}'}"


class Release(models.Model):
    """A listening report, frozen: canonical JSON of one ListeningReport. Never changed, only followed by another."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="releases")
    neighborhood = models.ForeignKey(Neighborhood, models.PROTECT, related_name="releases")
    report = models.TextField(_("report as JSON"))
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "neighborhood"], name="release_once_per_run")]

    def __str__(self) -> str:
        return f"report {self.digest[:12]}"
