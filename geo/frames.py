"""Column names and checks of every frame that crosses a door between rooms."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

# numpy dtype kinds: i/u integers, f floats, O and U text, b booleans, M instants
AREAS: Mapping[str, str] = {"slug": "OUT", "name": "OUT", "geometry": "O"}


# The one exposure every unit has: ground, measured from the boundaries.
AREA = "area"


class FrameError(ValueError):
    """A frame at a door lacks a column or carries it in the wrong kind; the message names both."""


def check(frame: pd.DataFrame, columns: Mapping[str, str], what: str = "frame") -> pd.DataFrame:
    """Hand the frame on unchanged if it has the columns in the kinds named; raise FrameError otherwise."""
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise FrameError(f"{what}: missing column {', '.join(missing)}; has {', '.join(map(str, frame.columns))}")
    for name, kinds in columns.items():
        kind = _kind(frame[name])
        if kind not in kinds:
            raise FrameError(f"{what}: column {name} is {frame[name].dtype}, wanted kind {kinds}")
    return frame


def _kind(column: pd.Series) -> str:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "M"
    if pd.api.types.is_string_dtype(column.dtype):
        return "T"
    return str(getattr(column.dtype, "kind", "O"))
