"""The kept model: whole or not at all, read once, and silent rather than in the way."""

import io
import json
import logging
import zipfile

import numpy as np
import pytest

from analytics import suggesting
from analytics.methods.grams import Features, Model
from analytics.suggesting import BrokenModelError, keep, kept, load, packed, suggest, unpacked

TEXT = "Becul este ars"


def model(label="lighting", threshold=0.6):
    names = ("=becul", "=este", "=ars")
    return Model(
        (label, "roads"),
        Features(names, np.ones(3, np.float32)),
        np.array([[4, 0], [0, 0], [2, 0]], np.float32),
        np.zeros(2, np.float32),
        1.5,
        0.25,
        threshold,
    )


@pytest.fixture
def where(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    suggesting._loaded.cache_clear()
    suggesting._tell_once.cache_clear()
    return tmp_path / "suggestions"


def test_a_model_comes_back_as_it_was():
    one, two = model(), unpacked(packed(model()))
    assert (one.labels, one.features.names) == (two.labels, two.features.names)
    assert (one.slope, one.shift, one.threshold) == (two.slope, two.shift, two.threshold)
    assert (one.weights == two.weights).all()
    assert (one.features.idf == two.features.idf).all()


def test_a_kept_model_suggests(where):
    keep(where, model(), {"n": 1})
    found = suggest(TEXT)
    assert found.label == "lighting"
    assert found.confidence > 0.6
    assert kept(where) == {"n": 1}


def test_another_model_takes_its_place_and_the_first_is_gone(where):
    keep(where, model("lighting"), {})
    assert suggest(TEXT).label == "lighting"
    keep(where, model("lamps"), {})
    assert suggest(TEXT).label == "lamps"
    assert len(list(where.glob("*.npz"))) == 1
    assert not list(where.glob("*.part"))


def test_a_model_that_should_not_speak_leaves_silence(where):
    keep(where, model(), {})
    keep(where, None, {"why": "unsure"})
    assert suggest(TEXT) is None
    assert load(where) is None
    assert not list(where.glob("*.npz"))


def test_it_is_read_once(where, monkeypatch):
    keep(where, model(), {})
    reads = []
    monkeypatch.setattr(suggesting, "load", lambda folder: reads.append(folder) or model())
    for _ in range(5):
        suggest(TEXT)
    assert len(reads) == 1


def test_without_a_model_it_is_silent_and_says_nothing(where, caplog):
    assert suggest(TEXT) is None
    assert kept(where) == {}
    assert not caplog.records


def broken(where, how):
    about = json.loads((where / "model.json").read_text())
    file = where / about["file"]
    if how == "another byte":
        body = bytearray(file.read_bytes())
        body[-40] ^= 1
        file.write_bytes(body)
    elif how == "cut short":
        file.write_bytes(file.read_bytes()[:100])
    elif how == "gone":
        file.unlink()
    else:
        (where / "model.json").write_text(
            {"no json": "{", "a list": "[]", "older": '{"layout": 0, "file": "", "sha256": "", "about": {}}'}[how]
        )


@pytest.mark.parametrize("how", ["another byte", "cut short", "gone", "no json", "a list", "older"])
def test_a_broken_model_is_silent_and_told_once(where, caplog, how):
    keep(where, model(), {})
    broken(where, how)
    with caplog.at_level(logging.WARNING):
        assert [suggest(TEXT) for _ in range(3)] == [None] * 3
    assert len(caplog.records) == 1
    assert TEXT not in caplog.text


def test_a_failure_is_silent_and_the_text_is_not_logged(where, caplog, monkeypatch):
    keep(where, model(), {})

    def fails(model, text):
        raise RuntimeError(text)

    monkeypatch.setattr(suggesting, "suggested_by", fails)
    assert [suggest(TEXT) for _ in range(3)] == [None] * 3
    assert [record.getMessage() for record in caplog.records] == ["No subject was suggested: RuntimeError"]


def test_a_file_name_in_the_description_leads_nowhere_else(where, tmp_path):
    keep(where, model(), {})
    about = json.loads((where / "model.json").read_text())
    (tmp_path / "other.npz").write_bytes(packed(model("other")))
    (where / "model.json").write_text(json.dumps(about | {"file": "../other.npz"}))
    with pytest.raises(OSError, match="other"):
        load(where)


def test_nothing_that_runs_is_ever_unpacked():
    out = io.BytesIO()
    np.savez(out, labels=np.array([{"a": 1}], object))
    with pytest.raises(BrokenModelError, match="allow_pickle"):
        unpacked(out.getvalue())
    with pytest.raises(BrokenModelError):
        unpacked(b"no zip")
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("labels.npy", b"x")
    with pytest.raises(BrokenModelError):
        unpacked(out.getvalue())


def test_a_model_too_large_is_not_kept(where, monkeypatch):
    keep(where, model(), {"n": 1})
    monkeypatch.setattr(suggesting, "MOST_BYTES", 10)
    with pytest.raises(BrokenModelError, match="more than 10"):
        keep(where, model("roads2"), {"n": 2})
    assert kept(where) == {"n": 1}
