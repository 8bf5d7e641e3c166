"""The palette is the one source of colours: its stylesheet is written from it, and no other names a colour."""

import re
from pathlib import Path

import pytest

from maps.palette import LIGHT, css_figures, css_variables

STATIC = Path(__file__).resolve().parents[2] / "web/static/ascult"


def test_the_palettes_stylesheet_is_the_palette():
    """To write it anew: python -c 'from maps.palette import *; print(css_variables() + css_figures(), end="")'"""
    assert (STATIC / "palette.css").read_text(encoding="utf-8") == css_variables() + css_figures()


@pytest.mark.parametrize("sheet", sorted({p.name for p in STATIC.glob("*.css")} - {"palette.css"}))
def test_other_sheets_use_its_names(sheet):
    text = (STATIC / sheet).read_text(encoding="utf-8")
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsl", re.sub(r"url\(#\w+\)", "", text)) == []
    sizes = {"small", "h1", "h2", "h3", "round", "page"}
    assert set(re.findall(r"var\(--([\w-]+)\)", text)) - sizes <= set(LIGHT)
