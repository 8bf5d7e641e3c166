"""Every row of a chunk is kept or set aside, once, whatever is in it."""

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from issues.mappings import Mapping, apply
from tests.tiny import SOURCE, tiny_city, tiny_mapping, tiny_rows

ODD = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["nan", "1e400", "45.7", "21.2", "2026-03-01", "-0"]))
ROW = st.fixed_dictionaries(
    {}, optional={k: ODD for k in ("id", "opened", "closed", "lng", "lat", "kind", "status", "title", "text", "parent")}
)


@cache
def mapping() -> Mapping:
    with tempfile.TemporaryDirectory() as folder:
        return tiny_mapping(Path(folder), SOURCE.replace('"iso"', '"iso", "epoch_ms", "%d.%m.%Y"'))


@given(st.lists(ROW, min_size=1, max_size=12))
def test_each_row_once(rows):
    chunk = tiny_rows(*rows)
    mapped = apply(mapping(), chunk, tiny_city())
    assert sorted([*mapped.rows["row"], *mapped.rejects["row"]]) == chunk.index.tolist()


@given(st.lists(ROW, min_size=1, max_size=12))
def test_what_is_kept_can_be_stored(rows):
    kept = apply(mapping(), tiny_rows(*rows), tiny_city()).rows
    west, south, east, north = tiny_city().bbox
    assert kept["lng"].between(west, east).all()
    assert kept["lat"].between(south, north).all()
    assert kept["external_id"].str.len().between(1, 120).all()
    assert (kept["closed_at"].isna() | (kept["closed_at"] >= kept["opened_at"])).all()
    assert not kept.drop(columns="closed_at").isna().to_numpy().any()
    text = kept.select_dtypes("str")
    assert not any("\0" in value for column in text for value in text[column])
