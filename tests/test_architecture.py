"""What the import linter cannot see: foreign keys, an eighth room, doors, sizes."""

from __future__ import annotations

import ast
import warnings
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["geo", "neighborhoods", "issues", "participation", "analytics", "maps", "web"]
HEIGHT = {"geo": 0, "neighborhoods": 1, "issues": 2, "participation": 2, "analytics": 3, "maps": 4, "web": 5}
NOT_ROOMS = {"tests", "bench", "fixtures", "docs", "script", "requirements", "reports", "build"}
SOURCES = sorted(p for room in ROOMS for p in (ROOT / room).rglob("*.py") if "migrations" not in p.parts)


def test_there_are_seven_rooms():
    packages = {p.parent.name for p in ROOT.glob("*/__init__.py")} - NOT_ROOMS
    assert packages == set(ROOMS)


def test_foreign_keys_point_left():
    wrong = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation and field.related_model._meta.app_label in HEIGHT
        if HEIGHT[field.related_model._meta.app_label] > HEIGHT[model._meta.app_label]
        or {field.related_model._meta.app_label, model._meta.app_label} == {"issues", "participation"}
    ]
    assert not wrong


@pytest.mark.parametrize(
    "library, door",
    [
        ("h3", "geo/hexes.py"),
        ("holidays", "geo/workdays.py"),
        ("weasyprint", "web/printing.py"),
        ("folium", "maps/interactive.py"),
    ],
)
def test_one_door_per_library(library, door):
    users = {p.relative_to(ROOT).as_posix() for p in SOURCES if library in imported(p)}
    assert users <= {door}


def test_only_gather_reads_voices_for_analysis():
    allowed = {"analytics/gather.py"}
    users = {
        p.relative_to(ROOT).as_posix()
        for p in SOURCES
        if p.is_relative_to(ROOT / "analytics") and "issues" in imported(p)
    }
    assert users <= allowed


def imported(path: Path) -> set[str]:
    """Top-level names a file imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_no_city_value_stands_in_code():
    named = [
        f"{p.relative_to(ROOT)}: {word}"
        for p in SOURCES
        for word in ("45.75", "21.22", "EPSG:3844", "3844")
        if word in p.read_text(encoding="utf-8")
    ]
    assert not named


def test_long_files_and_functions_are_told():
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        for path in SOURCES:
            text = path.read_text(encoding="utf-8")
            if text.count("\n") > 400:
                warnings.warn(f"{path.relative_to(ROOT)}: {text.count(chr(10))} lines", stacklevel=1)
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno > 40:
                    warnings.warn(f"{path.relative_to(ROOT)}: {node.name} is long", stacklevel=1)
    assert SOURCES
