"""Bars start at zero, show their interval and say their numbers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from maps.bars import Bar, bars

SVG = "{http://www.w3.org/2000/svg}"
ROADS = Bar("Drumuri", 0.4, 0.3, 0.5, "40 %", "n = 40")
LIGHTS = Bar("Iluminat", 0.2, 0.1, 0.3, "20 %", "n = 20")
SILENT = Bar("Altele", None, None, None, "ascuns", "n sub 5")


def drawn(*rows: Bar, **options: float | bool) -> ET.Element:
    return ET.fromstring(bars(rows, "Teme", "Ce am auzit", "ro", **options))  # type: ignore[arg-type]


def widths(root: ET.Element) -> list[float]:
    return [float(r.get("width") or 0) for r in root.iter(f"{SVG}rect")]


def test_length_is_proportional_and_begins_at_zero() -> None:
    root = drawn(ROADS, LIGHTS)
    assert {r.get("x") for r in root.iter(f"{SVG}rect")} == {"0"}
    long, short = widths(root)
    assert long == pytest.approx(2 * short, rel=0.01)


def test_the_interval_runs_from_low_to_high() -> None:
    root = drawn(ROADS)
    unit = widths(root)[0] / 0.4
    line = next(root.iter(f"{SVG}path")).get("d") or ""
    low, high = re.findall(r"^M([\d.]+) [\d.]+L([\d.]+)", line)[0]
    assert (float(low) / unit, float(high) / unit) == pytest.approx((0.3, 0.5), rel=0.01)


def test_label_figure_and_n_are_written_and_a_withheld_row_draws_nothing() -> None:
    root = drawn(ROADS, SILENT)
    said = [t.text for t in root.iter(f"{SVG}text")]
    assert said == ["Drumuri", "n = 40", "40 %", "Altele", "n sub 5", "ascuns"]
    assert len(widths(root)) == 1


def test_two_drawings_can_share_a_scale() -> None:
    assert widths(drawn(LIGHTS, top=0.5))[0] == pytest.approx(widths(drawn(ROADS, LIGHTS))[1], rel=0.01)


def test_a_rank_is_a_dot_not_a_length() -> None:
    root = drawn(Bar("Fabric", 4, 2, 9, "4 din 32", "n = 90"), filled=False, top=32)
    assert widths(root) == []
    assert len(list(root.iter(f"{SVG}circle"))) == 1


def test_names_are_escaped_and_no_rows_have_an_answer() -> None:
    root = drawn(Bar("<script>&\"'", 1, None, None, "1", "n = 1"))
    assert next(root.iter(f"{SVG}text")).text == "<script>&\"'"
    assert drawn().get("role") == "img"
    assert widths(drawn(Bar("Nimic", 0, 0, 0, "0", "n = 0"))) == [0]


def test_a_negative_value_is_refused() -> None:
    with pytest.raises(ValueError, match="starts at zero"):
        drawn(Bar("Schimbare", -0.1, None, None, "−10 %", "n = 9"))
