"""Old findings go, what was said from them stays."""

import datetime as dt

import pytest

from analytics.listening import release, released
from analytics.models import Finding, Release, Run, WeeklyCounts
from analytics.retention import forget_findings
from analytics.runs import analyse
from neighborhoods.models import Neighborhood
from tests.factories import instant, make_issue

pytestmark = pytest.mark.django_db
PERIOD = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 4, 1)}


def test_only_the_newest_keep_their_findings(small_city):
    first, second, third = (analyse(**PERIOD, seed=seed) for seed in (1, 2, 3))
    assert forget_findings(keep=2) == 1
    assert set(Finding.objects.values_list("run", flat=True)) == {second.pk, third.pk}
    assert set(WeeklyCounts.objects.values_list("run", flat=True)) == {second.pk, third.pk}
    assert Run.objects.newest() == third
    assert forget_findings(keep=2) == 0
    assert Run.objects.get(pk=first.pk).findings_digest == first.findings_digest


def test_reports_outlive_the_findings(small_city):
    old = analyse(**PERIOD)
    fabric = Neighborhood.objects.get(slug="fabric")
    release(fabric, old)
    frozen = released(old, fabric)
    analyse(**PERIOD, seed=2)
    assert forget_findings(keep=1) == 1
    assert Release.objects.count() == 1
    assert released(old, fabric) == frozen


def test_what_an_old_run_found_can_be_made_again(small_city):
    old = analyse(**PERIOD, seed=5)
    analyse(**PERIOD, seed=6)
    forget_findings(keep=1)
    assert analyse(since=old.since, until=old.until, seed=old.seed).findings_digest == old.findings_digest


def test_the_newest_is_never_dropped(small_city):
    with pytest.raises(ValueError, match="keep: 0"):
        forget_findings(keep=0)


def test_more_may_be_kept_than_there_are(small_city):
    make_issue(at=instant(2026, 2, 2))
    analyse(**PERIOD)
    assert forget_findings() == 0
