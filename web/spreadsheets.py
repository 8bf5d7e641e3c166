"""Cells of tables that people open in a spreadsheet: text must stay text (OWASP, CSV injection)."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

# What a cell begins with that a spreadsheet takes for a formula; the wide ones are typed in East Asia.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def guarded(value: T) -> T | str:
    """Text that would be taken for a formula, with an apostrophe before it; anything else as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
