"""The CSV holds every number of the report, once, and nothing a spreadsheet would run."""

from collections import Counter

import pytest

from web.reporting.tables import COLUMNS, read, table


def cells(report):
    """(section, key, category, period) -> row."""
    rows = list(read(table(report)))
    keys = [(r["section"], r["key"], r["category"], r["period"]) for r in rows]
    assert not [key for key, n in Counter(keys).items() if n > 1]
    return dict(zip(keys, rows, strict=True))


NOW, BEFORE = "2026-01-01/2026-04-01", "2025-10-03/2026-01-01"


def test_its_columns_are_those_promised(report):
    assert tuple(next(iter(read(table(report))))) == COLUMNS


def test_numbers_equal_the_report_s(report):
    rows = cells(report)
    assert rows["heard", "issues", "", NOW]["value"] == "120"
    assert rows["heard", "incidents", "", NOW]["value"] == "90"
    assert rows["heard", "incidents", "", BEFORE]["value"] == "80"
    assert rows["heard", "city_incidents", "", NOW]["value"] == "900"
    for theme in report.themes[:2]:
        row = rows["themes", "share", theme.category, NOW]
        bounds = theme.share, theme.share_low, theme.share_high
        assert tuple(float(row[k]) for k in ("value", "low", "high")) == bounds
        assert row["n"] == "90"
        assert rows["themes", "incidents", theme.category, NOW]["value"] == str(theme.n)
        assert rows["themes", "incidents", theme.category, BEFORE]["value"] == str(theme.n_before)
    for spot in report.hotspots:
        found = [float(rows["hotspots", f"{spot.cell}:{k}", spot.category, NOW]["value"]) for k in ("observed", "q")]
        assert found == [spot.observed, spot.q]
    median = rows["answered", "median_days", "", NOW]
    assert [float(median[k]) for k in ("value", "low", "high", "n")] == [12.5, 9, 17, 90]
    assert rows["answered_city", "still_open", "", NOW]["value"] == "400"
    rank = rows["ranking", "rank", "", NOW]
    assert [float(rank[k]) for k in ("value", "low", "high")] == [4, 2, 11]
    assert rows["clusters", "B:q", "lighting", NOW]["value"] == "0.8"


def test_sections_tie(report):
    rows = cells(report)
    shown = [
        r for (section, key, _, period), r in rows.items() if (section, key, period) == ("themes", "incidents", NOW)
    ]
    assert sum(int(r["value"] or 0) for r in shown) == int(rows["heard", "incidents", "", NOW]["value"])
    opened, closed, still = (int(rows["answered", k, "", NOW]["value"]) for k in ("opened", "closed", "still_open"))
    assert opened == closed + still


def test_what_is_withheld_has_no_number(report):
    rows = cells(report)
    silent = next(cell for cell in report.cells if cell.withheld)
    for key in (
        ("themes", "incidents", "noise", NOW),
        ("themes", "share", "noise", NOW),
        ("cells", silent.cell, "", NOW),
    ):
        assert (rows[key]["value"], rows[key]["unit"]) == ("", "withheld")


def test_an_earlier_total_that_is_withheld_says_so(make_report):
    row = cells(make_report(incidents_before=None))["heard", "incidents", "", BEFORE]
    assert (row["value"], row["unit"]) == ("", "withheld")


def test_a_median_that_is_not_known_stays_empty(silent):
    row = cells(silent)["answered", "median_days", "", NOW]
    assert (row["value"], row["low"], row["high"], row["unit"]) == ("", "", "", "days")


@pytest.mark.parametrize("name", ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx"])
def test_a_name_is_never_a_formula(make_report, name):
    assert cells(make_report(name=name))["about", "name", "", ""]["value"] == f"'{name}"


def test_commas_quotes_and_line_breaks_stay_in_their_cell(make_report):
    name = 'A, "B"\nC'
    assert cells(make_report(name=name))["about", "name", "", ""]["value"] == name
