"""How long findings are kept: a Run and its reports stay for good, its columns only while somebody may still look."""

from __future__ import annotations

from django.db import transaction

from analytics.models import Finding, Run, WeeklyCounts

# A month of nights. What an older Run found can be made again from its period, seed and code while the rows stand.
KEPT_RUNS = 30
STRIPPED = 0


@transaction.atomic
def forget_findings(keep: int = KEPT_RUNS) -> int:
    """Drop findings and weekly counts of all but the newest `keep` Runs; gives of how many.

    The Runs themselves stay, with period, parameters, seed and digests, and so do the reports frozen from them. Pages
    read the newest Run alone. Raises ValueError for less than one.
    """
    if keep < 1:
        raise ValueError(f"keep: {keep}; the newest analysis is what the pages show")
    newest = Run.objects.order_by("-finished_at", "-pk").values_list("pk", flat=True)[:keep]
    old = Run.objects.exclude(layout=STRIPPED).exclude(pk__in=list(newest))
    stripped = list(old.values_list("pk", flat=True))
    Finding.objects.filter(run__in=stripped).delete()
    WeeklyCounts.objects.filter(run__in=stripped).delete()
    Run.objects.filter(pk__in=stripped).update(layout=STRIPPED)
    return len(stripped)
