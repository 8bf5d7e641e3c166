"""One chunk of mapped rows into the tables: new rows by COPY, changed ones with history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely
from django.db import connection, transaction

from geo.cities import City
from issues.rules import State
from neighborhoods.bulk import copy_in, next_keys
from neighborhoods.locate import locator, public_points
from neighborhoods.models import Category

# What the source says of a row; the digest over these tells whether it has changed.
SAID = [
    "external_id",
    "category",
    "state",
    "opened_at",
    "closed_at",
    "lng",
    "lat",
    "title",
    "description",
    "address",
    "channel",
    "duplicate_of",
    "is_duplicate",
]
_HASH_KEY = "ascult row key 1"  # pandas wants 16 characters
_KEY_KEYS = ("ascult issue k 1", "ascult issue k 2")

_SET = [
    "category_id",
    "state",
    "title",
    "description",
    "address",
    "channel",
    "opened_at",
    "opened_on",
    "closed_at",
    "point",
    "public_point",
    "cell",
    "neighborhood_id",
    "place_state",
    "backdated",
    "duplicate_of",
    "marked_duplicate",
    "source_digest",
]


@dataclass(frozen=True)
class Written:
    """What became of the rows of one chunk."""

    new: int
    updated: int
    unchanged: int


def source_digest(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """One signed 64-bit digest per row over what the source says; the same on every machine."""
    total = np.zeros(len(rows), np.uint64)
    for column in SAID:
        values = rows[column].to_numpy()
        if values.dtype.kind not in "fbiuM":
            values = rows[column].to_numpy(object)
        total = total * np.uint64(1_099_511_628_211) + pd.util.hash_array(
            values, hash_key=_HASH_KEY, categorize=column in {"category", "state", "channel"}
        )
    return total.view(np.int64)


@transaction.atomic
def write_chunk(
    rows: pd.DataFrame, source: str, city: City, categories: Mapping[str, Category], *, fresh: bool
) -> Written:
    """Store n rows (issues.mappings columns plus source_digest), each id at most once among them.

    `fresh` says that the source had no rows when the import began, so that nothing need be looked up.
    """
    if not len(rows):
        return Written(0, 0, 0)
    held = {} if fresh else _held(source, rows["external_id"].tolist())
    ids = rows["external_id"].map(held).to_numpy() if held else np.full(len(rows), None, object)
    there = np.array([i is not None and i == i for i in ids], bool)
    changed = np.zeros(len(rows), bool)
    if there.any():
        digests = np.array([ids[i][1] if there[i] else 0 for i in range(len(rows))], np.int64)
        changed = there & (digests != rows["source_digest"].to_numpy())
    table = _table(rows[~there | changed], source, city, categories)
    is_new = ~there[~there | changed]
    if is_new.any():
        _insert(table.filter(pa.array(is_new)))
    if (~is_new).any():
        keys = [ids[i][0] for i in np.flatnonzero(changed)]
        _update(table.filter(pa.array(~is_new)), keys)
    return Written(int(is_new.sum()), int((~is_new).sum()), int((there & ~changed).sum()))


def _held(source: str, external_ids: list[str]) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT external_id, id, coalesce(source_digest, 0) FROM issues_issue "
            "WHERE source = %s AND external_id = ANY(%s)",
            [source, external_ids],
        )
        return {external: (key, digest) for external, key, digest in cursor.fetchall()}


def _table(rows: pd.DataFrame, source: str, city: City, categories: Mapping[str, Category]) -> pa.Table:
    """Rows as they will stand in issues_issue, without primary keys."""
    lng, lat = rows["lng"].to_numpy(float), rows["lat"].to_numpy(float)
    days = rows["opened_at"].dt.tz_convert(city.time_zone).dt.tz_localize(None).to_numpy().astype("datetime64[D]")
    places = locator(city.primary_layer).places(lng, lat, days)
    codes, slugs = pd.factorize(rows["category"])
    keys = np.array([categories[s].pk for s in slugs], np.int64)[codes] if len(rows) else np.empty(0, np.int64)
    sensitive = np.array([categories[s].sensitive for s in slugs], bool)[codes] if len(rows) else np.empty(0, bool)
    public_lng, public_lat = public_points(lng, lat, sensitive, places, days)
    point = _ewkb(lng, lat)
    public = np.where(sensitive, _ewkb(public_lng, public_lat), point) if sensitive.any() else point
    return pa.table(
        {
            "key": _keys(source, rows["external_id"]),
            "source": pa.array([source] * len(rows), pa.string()),
            "external_id": pa.array(rows["external_id"], pa.string()),
            "category_id": keys,
            "state": pa.array(rows["state"], pa.string()),
            "title": pa.array(rows["title"], pa.string()),
            "description": pa.array(rows["description"], pa.string()),
            "address": pa.array(rows["address"], pa.string()),
            "channel": pa.array(rows["channel"], pa.string()),
            "opened_at": pa.array(rows["opened_at"]),
            "opened_on": pa.array(days),
            "closed_at": pa.array(rows["closed_at"]),
            "point": pa.array(point, pa.string()),
            "public_point": pa.array(public, pa.string()),
            "cell": places.cell.astype(np.int64),
            "neighborhood_id": pa.array(places.neighborhood, mask=places.neighborhood == 0),
            "place_state": pa.array(places.state, pa.string()),
            "backdated": places.backdated,
            "duplicate_of": pa.array(rows["duplicate_of"], pa.string()),
            "marked_duplicate": rows["is_duplicate"].to_numpy(bool),
            "default_pin": np.zeros(len(rows), bool),
            "hidden": np.zeros(len(rows), bool),
            "source_digest": rows["source_digest"].to_numpy(np.int64),
        }
    )


def _ewkb(lng: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    points = shapely.set_srid(shapely.points(lng, lat), 4326)
    return np.asarray(shapely.to_wkb(points, hex=True, include_srid=True, byte_order=1), object)


def _keys(source: str, external_ids: pd.Series) -> pa.Array:
    """The UUID of each imported issue, drawn from source and id, so that importing again gives the same ones."""
    named = (source + "\n" + external_ids.astype(object)).to_numpy(object)
    high, low = (pd.util.hash_array(named, hash_key=key, categorize=False) for key in _KEY_KEYS)
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x8000)  # version 8: made by a rule of our own
    low = (low & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
    return pa.array([f"{a:016x}{b:016x}" for a, b in zip(high.tolist(), low.tolist(), strict=True)], pa.string())


def _insert(table: pa.Table) -> None:
    keys = np.array(next_keys("issues_issue", table.num_rows), np.int64)
    copy_in("issues_issue", table.add_column(0, "id", pa.array(keys)))
    moved = np.flatnonzero(np.asarray(table["state"].to_numpy(zero_copy_only=False)) != State.RECEIVED)
    later = table.take(pa.array(moved))
    no_date = later["closed_at"].is_null()
    at = later["closed_at"].combine_chunks().fill_null(0) if not len(moved) else _filled(later)
    received = _steps(keys, ["received"] * table.num_rows, table["opened_at"], [""] * table.num_rows)
    reasons = np.where(no_date.to_numpy(zero_copy_only=False), "date not given by the source", "").tolist()
    moves = _steps(keys[moved], later["state"], at, reasons)
    copy_in("issues_statuschange", pa.concat_tables([received, moves]))


def _filled(later: pa.Table) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.coalesce(later["closed_at"], later["opened_at"])


def _steps(keys: npt.NDArray[np.int64], states: object, at: object, reasons: list[str]) -> pa.Table:
    return pa.table(
        {
            "issue_id": keys,
            "state": pa.chunked_array([pa.array(states, pa.string())]) if isinstance(states, list) else states,
            "at": at,
            "reason": pa.array(reasons, pa.string()),
        }
    )


_CHANGED = ", ".join(
    f"CASE WHEN i.{column} IS DISTINCT FROM w.{column} THEN '{column}' END"
    for column in _SET
    if column
    not in {"source_digest", "cell", "neighborhood_id", "place_state", "backdated", "public_point", "opened_on"}
)


def _update(table: pa.Table, keys: list[int]) -> None:
    """Bring rows up to what the source now says; each gets a step that names what has changed."""
    named = table.select(_SET).add_column(0, "id", pa.array(keys, pa.int64()))
    with connection.cursor() as cursor:
        columns = ", ".join(_SET)
        cursor.execute(f"CREATE TEMP TABLE said_now ON COMMIT DROP AS SELECT id, {columns} FROM issues_issue LIMIT 0")
        copy_in("said_now", named)
        cursor.execute(
            "INSERT INTO issues_statuschange (issue_id, state, at, reason) "
            "SELECT i.id, w.state, CASE WHEN w.state <> i.state THEN coalesce(w.closed_at, now()) ELSE now() END, "
            f"'changed at the source: ' || concat_ws(', ', {_CHANGED}) "
            "FROM said_now w JOIN issues_issue i USING (id) ORDER BY i.id"
        )
        assignments = ", ".join(f"{column} = w.{column}" for column in _SET)
        cursor.execute(f"UPDATE issues_issue i SET {assignments} FROM said_now w WHERE i.id = w.id")
        cursor.execute("DROP TABLE said_now")
