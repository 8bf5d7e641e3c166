"""A page per neighborhood: what its report says, where its boundary comes from, and what is missing."""

import pytest

from analytics.models import Release
from issues.verdicts import give_verdict
from tests.factories import instant, make_analysed, make_boundaries, make_issue
from web.reporting.formats import FORMATS

pytestmark = pytest.mark.django_db


def test_the_page_says_what_the_report_says(client, read, address):
    run = make_analysed()
    url = address("neighborhood", "fabric")
    text = read(url)
    assert "Fabric: 26 issues about" in text
    assert "1 January – 31 March 2026" in text
    assert "Rank 1 of 3; no other rank is likely." in text
    assert run.findings_digest[:16] in text
    html = client.get(url).content.decode()
    assert address("report", "fabric") in html
    assert all(address("report-file", "fabric", ext) in html for ext in FORMATS)


def test_every_row_of_the_list_has_its_shape_on_the_map(client, address):
    make_analysed()
    html = client.get(address("neighborhood", "fabric")).content.decode()
    rows = {part.split('"')[0] for part in html.split('data-place="')[1:]}
    assert rows
    assert all(f'"id": "{row}"' in html for row in rows)


def test_few_voices_on_a_sensitive_subject_stay_withheld(read, address):
    make_analysed()
    assert "Social assistance withheld" in read(address("neighborhood", "mehala"))


def test_boundaries_show_their_provenance(read, address):
    make_boundaries(["Fabric"], authority="City of squares", licence="CC0", source="", approximate=True)
    text = read(address("neighborhood", "fabric"))
    for part in ("Authority City of squares", "Licence CC0", "Source not stated", "from 1 January 2024"):
        assert part in text
    assert "This boundary is approximate. The official one may change every number." in text


def test_before_any_analysis_the_page_says_so(read, address):
    make_boundaries(["Fabric"])
    make_issue("roads", place="fabric")
    text = read(address("neighborhood", "fabric"))
    assert "So far: 1 issue." in text
    assert "There is no listening report for this area yet." in text


def test_a_run_without_released_reports_is_no_mistake(read, address):
    make_analysed()
    Release.objects.all().delete()
    assert "There is no listening report for this area yet." in read(address("neighborhood", "fabric"))


def test_no_such_neighborhood(client, address):
    make_boundaries(["Fabric"])
    assert client.get(address("neighborhood", "atlantis")).status_code == 404


def test_the_index_names_all_by_the_alphabet_with_their_intervals(client, read, address):
    make_analysed()
    url = address("neighborhoods")
    text = read(url)
    assert text.index("Fabric") < text.index("Iosefin") < text.index("Mehala")
    assert client.get(url).content.decode().count("Likely rank of") == 3


def test_the_index_without_analysis_lists_the_issues(read, address):
    make_boundaries(["Fabric"])
    make_issue("roads", place="fabric")
    text = read(address("neighborhoods"))
    assert "There is no analysis yet." in text
    assert "Fabric 1 issue" in text


def test_the_page_says_how_many_closings_were_disputed(read, address):
    make_boundaries(["Fabric", "Iosefin"])
    for i in range(2):
        disputed = make_issue("roads", place="fabric", i=i, closed=instant(2026, 3, 9))
    give_verdict(issue=disputed, fixed=False, said="It is there.", by_reporter=True)
    text = read(address("neighborhood", "fabric"))
    assert "2 issues were closed here in March 2026" in text
    assert "residents disputed 1." in text
    assert "closed here" not in read(address("neighborhood", "iosefin"))
