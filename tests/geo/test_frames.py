import pandas as pd
import pytest

from geo.frames import FrameError, check


def test_a_frame_with_its_columns_is_handed_on():
    frame = pd.DataFrame({"n": [1], "when": pd.to_datetime(["2026-01-01"], utc=True), "word": ["a"]})
    assert check(frame, {"n": "i", "when": "M", "word": "OT"}) is frame


def test_a_missing_column_is_named():
    with pytest.raises(FrameError, match="voices: missing column cell; has n"):
        check(pd.DataFrame({"n": [1]}), {"cell": "u"}, "voices")


def test_a_column_of_another_kind_is_named():
    with pytest.raises(FrameError, match="column n is float64, wanted kind i"):
        check(pd.DataFrame({"n": [1.5]}), {"n": "i"})
