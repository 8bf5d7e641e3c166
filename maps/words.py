"""Every word a map may say, handed in by whoever speaks a language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Properties = Mapping[str, Any]


def plain_span(low: int, high: int) -> str:
    """A class of counts in figures: 4, or 4–9."""
    return str(low) if low == high else f"{low}–{high}"


@dataclass(frozen=True)
class Words:
    """Plain text, never HTML; every field is escaped where it is drawn.

    Sentences about a count, a hot spot or a cluster are functions of its layer properties, because plural forms,
    decimal signs and names of categories belong to a language. A line break in their answer starts a new line.
    """

    lang: str
    title: str
    description: str
    place: str
    counts: str
    none: str
    withheld: str
    outline: str
    hotspots: str
    clusters: str
    cell: Callable[[Properties], str]
    hotspot: Callable[[Properties], str]
    cluster: Callable[[Properties], str]
    q: Callable[[float], str]
    legend: str
    keys: str
    zoom_in: str
    zoom_out: str
    close: str
    attribution: str = ""
    north: str = "N"
    span: Callable[[int, int], str] = plain_span
