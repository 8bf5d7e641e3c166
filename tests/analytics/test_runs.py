"""One analysis: repeatable, explained, and refused plainly where there is nothing."""

import datetime as dt
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection

from analytics import gather
from analytics.executors import Dask
from analytics.gather import NothingToAnalyseError
from analytics.models import Finding, Run
from analytics.runs import analyse
from issues.models import Issue
from issues.relink import relink
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db
YEAR = {"since": dt.date(2026, 1, 1), "until": dt.date(2026, 4, 1)}


def test_the_same_twice_gives_the_same_digests(small_city):
    one, other = analyse(**YEAR, seed=3), analyse(**YEAR, seed=3)
    assert (one.input_digest, one.findings_digest) == (other.input_digest, other.findings_digest)
    assert one.pk != other.pk


def test_shuffled_rows_give_the_same_digests(small_city):
    one = analyse(**YEAR, seed=3)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE issues_issue SET title = title || '.' WHERE id % 2 = 0")  # moves half the rows on disk
    assert analyse(**YEAR, seed=3).findings_digest == one.findings_digest


def test_another_seed_gives_other_intervals_and_the_same_counts(small_city):
    one, other = analyse(**YEAR, seed=3), analyse(**YEAR, seed=4)
    assert one.input_digest == other.input_digest
    assert one.findings_digest != other.findings_digest
    bodies = [Finding.objects.get(run=r, kind="counts", category="roads", res=9).body for r in (one, other)]
    assert bodies[0] == bodies[1]


def test_a_run_keeps_what_makes_it_again(small_city):
    run = analyse(**YEAR, seed=3)
    assert (run.since, run.until, run.seed) == (YEAR["since"], YEAR["until"], 3)
    assert run.parameters["q_level"] == 0.05
    assert run.code_version.startswith("0.1.0+")
    assert run.boundary_set.layer == "neighborhood"
    assert run.finished_at >= run.started_at


def test_every_incident_is_counted_once_per_resolution(small_city):
    run = analyse(**YEAR)
    for res in (8, 9, 10, None):
        bodies = [f.body for f in run.findings.filter(kind="counts", res=res)]
        assert sum(b["total"] for b in bodies) == run.totals["incidents"]


def test_repeats_count_once(small_city):
    before = analyse(**YEAR).totals
    first = Issue.objects.filter(incident__isnull=False).earliest("pk")
    make_issue(first.category.slug, lng=first.point.x, lat=first.point.y, at=first.opened_at + dt.timedelta(hours=1))
    after = analyse(**YEAR).totals
    assert (after["issues"] - before["issues"], after["incidents"] - before["incidents"]) == (1, 0)


def test_the_output_says_when_area_stands_in_for_an_exposure(small_city):
    run = analyse(**YEAR)
    body = run.findings.get(kind="counts", category="roads", res=9).body
    assert (body["exposure_wanted"], body["exposure"]) == ("street_m", "area")


def test_default_pins_and_hidden_issues_are_left_out_and_counted(small_city):
    before = analyse(**YEAR).totals
    pin, other = Issue.objects.order_by("pk")[:2]
    Issue.objects.filter(pk=pin.pk).update(default_pin=True)
    Issue.objects.filter(pk=other.pk).update(hidden=True)
    relink()
    after = analyse(**YEAR).totals
    assert (after["default_pins"], after["hidden"]) == (1, 1)
    assert after["issues"] == before["issues"] - 2


def test_a_voice_of_an_older_set_is_joined_anew(small_city):
    make_boundaries(["Fabric", "Iosefin", "Mehala"], valid_from=dt.date(2026, 3, 1))
    run = analyse(**YEAR)
    assert run.boundary_set.valid_from == dt.date(2026, 3, 1)
    assert run.totals["outside"] == 0


def test_a_voice_outside_its_old_set_is_joined_by_the_new_one(db):
    make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1))
    make_issue(lng=21.21, lat=45.74, at=instant(2026, 1, 5))  # where Iosefin will be
    make_boundaries(["Fabric", "Iosefin"], valid_from=dt.date(2026, 3, 1))
    run = analyse(**YEAR)
    assert run.totals["outside"] == 0
    assert dict(zip(*(run.findings.get(kind="issues").body[k] for k in ("area", "n")), strict=True))["iosefin"] == 1


def test_a_hidden_issue_counts_for_nobody(small_city):
    parent = make_issue("parks", place="fabric", i=70, at=instant(2026, 2, 1))
    child = make_issue("parks", place="iosefin", i=71, at=instant(2026, 2, 2))
    Issue.objects.filter(pk=child.pk).update(duplicate_of=parent.external_id, hidden=True)
    relink()
    parent.refresh_from_db()
    assert parent.incident.issues == 1
    Issue.objects.filter(pk=child.pk).update(hidden=False)
    Issue.objects.filter(pk=parent.pk).update(hidden=True)
    relink()
    child.refresh_from_db()
    assert child.incident_id == child.pk


def test_no_boundaries_is_said(db):
    make_issue(lng=21.2, lat=45.74)
    with pytest.raises(NothingToAnalyseError, match="no boundary set of layer neighborhood"):
        analyse()


def test_no_issues_is_said(db):
    make_boundaries()
    with pytest.raises(NothingToAnalyseError, match="load some with import_issues"):
        analyse()


def test_a_period_without_days_is_said(small_city):
    with pytest.raises(NothingToAnalyseError, match="has no days"):
        analyse(since=dt.date(2026, 2, 1), until=dt.date(2026, 2, 1))


def test_a_quiet_period_within_what_is_known_has_findings_of_nothing(small_city):
    make_issue(at=instant(2025, 11, 1))
    run = analyse(since=dt.date(2025, 11, 5), until=dt.date(2025, 12, 5))
    assert run.totals["incidents"] == 0
    assert run.findings.get(kind="ranking", res=None).body["of"] == 0


@pytest.mark.parametrize("since", [dt.date(2025, 2, 1), dt.date(2026, 6, 1)])
def test_a_period_of_which_nothing_is_known_is_not_called_quiet(small_city, since):
    with pytest.raises(NothingToAnalyseError, match=r"nothing is known of the period .* tell of 2026-01"):
        analyse(since=since, until=since + dt.timedelta(days=30))


def test_by_default_the_year_up_to_the_newest_issue(small_city):
    for month in range(2, 13, 2):
        make_issue(i=month, at=instant(2025, month, 1))
        make_issue(i=month, at=instant(2024, month, 1))
    run = analyse()
    newest = Issue.objects.order_by("-opened_on").first().opened_on
    assert (run.until - newest, run.until - run.since) == (dt.timedelta(days=1), dt.timedelta(days=365))


def test_a_short_period_is_compared_only_with_one_that_is_known(small_city):
    first = Issue.objects.order_by("opened_on").first().opened_on
    assert analyse(until=first + dt.timedelta(days=6)).totals["before"] is None


def test_the_threshold_of_the_city_is_part_of_the_input(small_city, settings):
    one = analyse(**YEAR)
    settings.CITY = replace(settings.CITY, suppression_threshold=3)
    assert analyse(**YEAR).input_digest != one.input_digest


def test_a_run_laid_out_otherwise_is_passed_over(small_city):
    run = analyse(**YEAR)
    assert Run.objects.newest() == run
    Run.objects.update(layout=0)
    assert Run.objects.newest() is None


def test_nothing_is_saved_when_saving_fails(small_city, monkeypatch):
    monkeypatch.setattr(Finding.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        analyse(**YEAR)
    assert not Run.objects.exists()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_two_workers_find_what_one_process_finds(small_city, monkeypatch):
    from distributed import Client, LocalCluster

    pages = partial(gather.chunks, size=7)
    monkeypatch.setattr(gather, "chunks", pages)
    alone = analyse(**YEAR, seed=3)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        together = analyse(**YEAR, seed=3, executor=Dask(client))
    assert (together.input_digest, together.findings_digest) == (alone.input_digest, alone.findings_digest)
    packed = [dict(run.weekly_counts.values_list("res", "body")) for run in (alone, together)]
    assert packed[0] == packed[1]


def test_rows_inserted_in_another_order_give_the_same_digests(db):
    make_boundaries(["Fabric", "Iosefin"], valid_from=dt.date(2020, 1, 1))
    found = []
    for order in (range(20), reversed(range(20))):
        Issue.objects.all().delete()
        for i in order:
            make_issue("roads", place=("fabric", "iosefin")[i % 2], i=i, at=instant(2026, 1, 1 + i))
        run = analyse(**YEAR, seed=3)
        found.append((run.input_digest, run.findings_digest))
    assert found[0] == found[1]
