"""What a listening report must admit about itself: codes, which whoever speaks a language turns into sentences."""

from __future__ import annotations

from enum import StrEnum


class Doubt(StrEnum):
    """One reason to read a report with care; `ListeningReport.doubts` holds them in this order."""

    SYNTHETIC = "synthetic"  # the voices were generated, nobody said them
    BOUNDARIES_APPROXIMATE = "boundaries_approximate"  # a stand-in for the official boundary
    BOUNDARIES_BACKDATED = "boundaries_backdated"  # the set came into force after the period began
    EXPOSURE_IS_AREA = "exposure_is_area"  # a category is measured against ground for want of something better
    DEFAULT_PINS_LEFT_OUT = "default_pins_left_out"  # pins on one default coordinate are not analysed
    OUTSIDE_NEIGHBORHOODS = "outside_neighborhoods"  # some voices of the city lie in no neighborhood
    NO_PREVIOUS_PERIOD = "no_previous_period"  # nothing to compare with
    FEW_INCIDENTS = "few_incidents"  # too few for a trend or a pattern
    NO_DUPLICATES_RECORDED = (
        "no_duplicates_recorded"  # no source marks repeats; they are told by distance and day alone
    )
    COUNTS_WITHHELD = "counts_withheld"  # sensitive counts below the city's threshold are not shown
    CLOSING_TIMES_MISSING = "closing_times_missing"  # closed voices whose closing day nobody noted
