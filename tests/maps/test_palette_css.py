"""The stylesheet of the site takes its colours from here, and paper never turns dark."""

from __future__ import annotations

from maps.palette import DARK, LIGHT, css_figures, css_variables


def test_every_colour_is_a_property_in_both_lights() -> None:
    light, dark = css_variables().split("@media screen and (prefers-color-scheme: dark)")
    for name in LIGHT:
        assert f"--{name}: {LIGHT[name]};" in light
        assert f"--{name}: {DARK[name]};" in dark
    assert "@media print" not in dark


def test_drawings_follow_the_page_they_stand_in() -> None:
    rules = css_figures()
    assert ".figure .f-class-3 { fill: var(--class-3); }" in rules
    assert ".figure .s-ink { stroke: var(--ink); }" in rules
