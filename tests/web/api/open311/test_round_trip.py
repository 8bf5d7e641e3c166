"""What we tell, another city with this program reads: our answer goes through the mapping of any GeoReport server."""

from __future__ import annotations

import pytest
from django.conf import settings

from geo.readers import read_chunks
from issues.actions import change_status
from issues.mappings import apply, load_mapping
from issues.models import Issue
from issues.naming import tracking_number
from issues.rules import State
from tests.factories import instant, make_issue
from tests.web.api.open311.conftest import V2

pytestmark = pytest.mark.django_db


def test_our_answer_reads_as_what_it_tells(client, tmp_path):
    first = make_issue("roads", at=instant(2026, 3, 5), description="A deep hole.")
    again = make_issue("roads", at=instant(2026, 3, 6))
    lamp = make_issue("lighting", i=3, at=instant(2026, 3, 7))
    change_status(by=None, issue=lamp, to=State.RESOLVED, at=instant(2026, 3, 9))
    path = tmp_path / "requests.json"
    asked = "start_date=2026-03-01&end_date=2026-03-31&extensions=true"
    path.write_bytes(client.get(f"{V2}/requests.json?{asked}").content)
    (chunk,) = read_chunks(path)
    mapped = apply(load_mapping("open311", settings.FIXTURES / "mappings"), chunk.frame, settings.CITY)
    rows = mapped.rows.set_index("external_id")
    assert len(rows) == 3
    for issue in Issue.objects.select_related("category"):
        row = rows.loc[tracking_number(issue.pk)]
        assert (row["category"], row["opened_at"]) == (issue.category.slug, issue.opened_at)
        assert (row["lng"], row["lat"]) == pytest.approx((issue.point.x, issue.point.y), abs=1e-6)
    assert rows["state"].to_dict()[tracking_number(lamp.pk)] == "resolved"
    assert rows.loc[tracking_number(lamp.pk), "closed_at"] == instant(2026, 3, 9)
    assert rows.loc[tracking_number(again.pk), "duplicate_of"] == tracking_number(first.pk)
