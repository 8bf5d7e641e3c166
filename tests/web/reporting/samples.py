"""One listening report of a small square by the canal, and the same square when nobody said anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from analytics.results import (
    Answered,
    Boundary,
    CellCount,
    Cluster,
    Hotspot,
    ListeningReport,
    Period,
    RankedArea,
    RunRef,
    Theme,
)
from geo import hexes

CENTRE = (21.2272, 45.7537)
CELLS = tuple(hexes.to_text(int(c)) for c in hexes.ring(int(hexes.cells_of(*CENTRE, 9)[0]), 2))
WEST, SOUTH, EAST, NORTH = 21.2210, 45.7500, 21.2334, 45.7574
SQUARE = ((WEST, SOUTH), (EAST, SOUTH), (EAST, NORTH), (WEST, NORTH), (WEST, SOUTH))
HULL = ((21.224, 45.752), (21.226, 45.752), (21.225, 45.753), (21.224, 45.752))
NAMES = {
    "roads": {"ro": "Străzi, alei, trotuare, poduri", "en": "Streets, pavements, bridges"},
    "lighting": {"ro": "Iluminat public", "en": "Street lighting"},
    "noise": {"ro": "Tulburarea liniștii publice", "en": "Noise and disturbance"},
}


def small_report(**changes: Any) -> ListeningReport:
    """A report of the square; every field can be changed."""
    report = ListeningReport(
        city="timisoara",
        city_names={"ro": "Timișoara", "en": "Timișoara"},
        neighborhood="prinț-lunei",
        name="Prințul Turcesc–Lunei",
        outline=((SQUARE,),),
        area_km2=0.79,
        boundary=Boundary("neighborhood", "2024-01-01", None, "Town hall", "CC0", "drawn", "b" * 64, True),
        period=Period("2026-01-01", "2026-04-01"),
        previous=Period("2025-10-03", "2026-01-01"),
        run=RunRef(3, "f" * 64, "1" * 64, 7, "0.1.0+test", {"q_level": 0.05, "map_res": 9}),
        synthetic=True,
        threshold=5,
        issues=120,
        incidents=90,
        incidents_before=80,
        city_incidents=900,
        default_pins_left_out=29,
        exposure={"roads": "street_m", "lighting": "street_m", "noise": "area"},
        themes=(
            Theme("roads", NAMES["roads"], 60, 60 / 90, 0.56, 0.76, 52),
            Theme("lighting", NAMES["lighting"], 30, 30 / 90, 0.24, 0.44, 28),
            Theme("noise", NAMES["noise"], None, None, None, None, None, withheld=True),
        ),
        map_res=9,
        cells=tuple(CellCount(cell, 3 + i, withheld=i == 4) for i, cell in enumerate(CELLS)),
        hotspots=(
            Hotspot(CELLS[0], 9, "roads", 31, 12.25, 2.53, 0.0004, "poisson"),
            Hotspot(CELLS[1], 9, "lighting", 14, 5.0, 2.8, 0.02, "poisson"),
        ),
        clusters=(
            Cluster("roads", 18, (21.225, 45.7523), 95.0, HULL, 0.03, 1.9),
            Cluster("lighting", 8, (21.230, 45.7550), 60.0, HULL, 0.8, 1.1),
        ),
        answered=Answered(90, 60, 30, 12.5, 9.0, 17.0),
        answered_city=Answered(900, 500, 400, 14.0, 13.0, 16.0),
        ranking=RankedArea("prinț-lunei", "Prințul Turcesc–Lunei", None, 90, 70.25, 1.28, 4.0, 2.0, 11.0, 32, 0.2),
        doubts=("synthetic", "boundaries_approximate", "default_pins_left_out", "counts_withheld"),
    )
    return replace(report, **changes)


def silent_report(**changes: Any) -> ListeningReport:
    """The same square in a period in which nobody said anything."""
    nothing = Answered(0, 0, 0, None, None, None)
    return small_report(
        **{
            "issues": 0,
            "incidents": 0,
            "incidents_before": None,
            "previous": None,
            "city_incidents": 0,
            "themes": (),
            "cells": (),
            "hotspots": (),
            "clusters": (),
            "answered": nothing,
            "answered_city": nothing,
            "ranking": None,
            "doubts": ("few_incidents", "no_previous_period"),
            **changes,
        }
    )
