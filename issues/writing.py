"""One chunk of mapped rows into the tables: new rows by COPY, changed ones with history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from django.db import connection, transaction

from geo.cities import City
from issues.rules import State, TextState
from issues.texts import folded_rows, personal_rows
from neighborhoods.bulk import copy_in, next_keys
from neighborhoods.locate import Locator, public_points
from neighborhoods.models import Category

# What the source says of a row; the digest over these tells whether it has changed.
_TEXTS = ["external_id", "category", "state", "title", "description", "address", "channel", "duplicate_of"]
_KEPT_TEXTS = [t for t in _TEXTS if t != "category"]
_READ = ["title", "description", "address"]  # what people read
_NOTES = ["opened_day_only", "closed_day_only"]  # of a row on its way: told in its history, not in the row
_INSTANTS = ["opened_at", "closed_at"]
_NUMBERS = ["lng", "lat"]
_HASH_KEY = "ascult row key 1"  # pandas wants 16 characters
_KEY_KEYS = ("ascult issue k 1", "ascult issue k 2")
_BETWEEN = pa.scalar("\x1f", pa.large_string())
_SPREAD = np.uint64(1_099_511_628_211)

# The reason kept with a step whose day the source does not give; it is then dated to the opening.
NO_DATE = "date not given by the source"
# The reason kept with a step of which the source gives the day and no hour; it is then dated to the day's beginning,
# or to the opening where both are on one day.
DAY_ONLY = "day given by the source, no hour"
# How the reason of a step begins where the source has changed what it says of an issue.
CHANGED = "changed at the source: "

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

# What a person has decided about a text holds until the source says something else; what is edited or kept private
# stays so even then. A subject that has become sensitive takes its words out of the search.
_SAME_TEXT = f"({', '.join(f'i.{c}' for c in _READ)}) = ({', '.join(f'w.{c}' for c in _READ)})"
_DECIDED = f"(i.text_state IN ('{TextState.EDITED}', '{TextState.PRIVATE}') OR {_SAME_TEXT})"
_TEXT_STATE = f"text_state = CASE WHEN {_DECIDED} THEN i.text_state ELSE w.text_state END"
_WORDS = f"""words = CASE
    WHEN (SELECT sensitive FROM neighborhoods_category c WHERE c.id = w.category_id) THEN ''
    WHEN {_DECIDED} AND (i.words <> '' OR i.text_state <> '{TextState.SHOWN}') THEN i.words
    ELSE w.words END"""


@dataclass(frozen=True)
class Written:
    """What became of the rows of one chunk."""

    new: int
    updated: int
    unchanged: int


def source_digest(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """One signed 64-bit digest per row over what the source says; the same on every machine."""
    texts = pc.binary_join_element_wise(*(pa.array(rows[c], pa.large_string()) for c in _TEXTS), _BETWEEN)
    total = _hash(texts.to_numpy(zero_copy_only=False))
    for column in _INSTANTS:
        total = total * _SPREAD + _hash(rows[column].dt.tz_localize(None).to_numpy("datetime64[us]").view(np.int64))
    for column in _NUMBERS:
        total = total * _SPREAD + _hash(rows[column].to_numpy(np.float64))
    return (total * _SPREAD + rows["is_duplicate"].to_numpy(np.uint64)).view(np.int64)


def _hash(values: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    return pd.util.hash_array(values, hash_key=_HASH_KEY, categorize=False)


@dataclass(frozen=True)
class Preparer:
    """Turns mapped rows into rows as they will stand in the table. Touches no database, so it may work ahead."""

    source: str
    city: City
    categories: Mapping[str, Category]
    locator: Locator

    def table(self, rows: pd.DataFrame) -> pa.Table:
        """n rows (issues.mappings columns plus source_digest) -> n rows of issues_issue without primary keys.

        Two columns more, opened_day_only and closed_day_only, are for the history.
        """
        lng, lat = rows["lng"].to_numpy(float), rows["lat"].to_numpy(float)
        days = rows["opened_at"].dt.tz_convert(self.city.time_zone).dt.tz_localize(None).to_numpy("datetime64[D]")
        places = self.locator.places(lng, lat, days)
        codes, slugs = pd.factorize(rows["category"])
        keys = np.array([self.categories[s].pk for s in slugs], np.int64)
        sensitive = np.array([self.categories[s].sensitive for s in slugs], bool)[codes]
        point = _ewkb(lng, lat)
        public = point
        if sensitive.any():
            public = point.copy()
            public_lng, public_lat = public_points(lng, lat, sensitive, places, days, self.locator)
            public[sensitive] = _ewkb(public_lng[sensitive], public_lat[sensitive])
        texts = {c: pa.array(rows[c], pa.large_string()) for c in _KEPT_TEXTS}
        return pa.table(
            {
                "key": _keys(self.source, rows["external_id"]),
                "source": pa.array([self.source] * len(rows), pa.string()),
                "category_id": keys[codes],
                **texts,
                **_public(texts, sensitive),
                "opened_at": pa.array(rows["opened_at"]),
                "opened_on": pa.array(days),
                "closed_at": pa.array(rows["closed_at"]),
                "point": pa.array(point, pa.string()),
                "public_point": pa.array(public, pa.string()),
                "cell": places.cell.astype(np.int64),
                "neighborhood_id": pa.array(places.neighborhood, mask=places.neighborhood == 0),
                "place_state": pa.array(places.state, pa.string()),
                "backdated": places.backdated,
                "marked_duplicate": rows["is_duplicate"].to_numpy(bool),
                "default_pin": np.zeros(len(rows), bool),
                "hidden": np.zeros(len(rows), bool),
                "source_digest": rows["source_digest"].to_numpy(np.int64),
                **{note: rows[note].to_numpy(bool) for note in _NOTES},
            }
        )


@transaction.atomic
def write_chunk(table: pa.Table, source: str, *, fresh: bool, dry_run: bool = False) -> Written:
    """Store rows as a Preparer gives them, each id at most once among them; a dry run only tells what it would do.

    `fresh` says that the source had no rows when the import began, so that nothing need be looked up.
    """
    if not table.num_rows:
        return Written(0, 0, 0)
    held = {} if fresh else _held(source, table["external_id"].to_pylist())
    if not held:
        if not dry_run:
            _insert(table)
        return Written(table.num_rows, 0, 0)
    known = [held.get(external_id) for external_id in table["external_id"].to_pylist()]
    there = np.array([k is not None for k in known])
    digests = np.array([k[1] if k else 0 for k in known], np.int64)
    changed = there & (digests != table["source_digest"].to_numpy())
    if (~there).any() and not dry_run:
        _insert(table.filter(pa.array(~there)))
    if changed.any() and not dry_run:
        _update(table.filter(pa.array(changed)), [known[i][0] for i in np.flatnonzero(changed)])
    return Written(int((~there).sum()), int(changed.sum()), int((there & ~changed).sum()))


def _held(source: str, external_ids: list[str]) -> dict[str, tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT external_id, id, coalesce(source_digest, 0) FROM issues_issue "
            "WHERE source = %s AND external_id = ANY(%s)",
            [source, external_ids],
        )
        return {external: (key, digest) for external, key, digest in cursor.fetchall()}


def _ewkb(lng: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]) -> npt.NDArray[np.object_]:
    points = shapely.set_srid(shapely.points(lng, lat), 4326)
    return np.asarray(shapely.to_wkb(points, hex=True, include_srid=True, byte_order=1), object)


def _public(texts: Mapping[str, pa.Array], sensitive: npt.NDArray[np.bool_]) -> dict[str, pa.Array]:
    """What the public reads of the texts: whether a person must look first, and the words a search may find."""
    read = [texts[name] for name in _READ]
    withheld = personal_rows(*read)
    return {
        "text_state": pc.if_else(pa.array(withheld), TextState.WITHHELD.value, TextState.SHOWN.value),
        "words": pc.if_else(pa.array(withheld | sensitive), pa.scalar("", pa.large_string()), folded_rows(*read)),
    }


def _keys(source: str, external_ids: pd.Series) -> pa.Array:
    """The UUID of each imported issue, drawn from source and id, so that importing again gives the same ones."""
    named = (source + "\n" + external_ids.astype(object)).to_numpy(object)
    high, low = (pd.util.hash_array(named, hash_key=key, categorize=False) for key in _KEY_KEYS)
    high = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x8000)  # version 8: made by a rule of our own
    low = (low & np.uint64(0x3FFFFFFFFFFFFFFF)) | np.uint64(0x8000000000000000)
    return pa.array([f"{a:016x}{b:016x}" for a, b in zip(high.tolist(), low.tolist(), strict=True)], pa.string())


def _insert(table: pa.Table) -> None:
    keys = pa.array(next_keys("issues_issue", table.num_rows), pa.int64())
    copy_in("issues_issue", table.drop_columns(_NOTES).add_column(0, "id", keys))
    born = pa.array([State.RECEIVED.value] * table.num_rows, pa.large_string())
    moved = pc.not_equal(table["state"], State.RECEIVED.value)
    later = table.filter(moved)
    day_only = pc.if_else(later["closed_day_only"], DAY_ONLY, "")
    reasons = pc.if_else(later["closed_at"].is_null(), NO_DATE, day_only)
    steps = [
        _steps(keys, born, table["opened_at"], pc.if_else(table["opened_day_only"], DAY_ONLY, "")),
        _steps(
            keys.filter(moved.combine_chunks()),
            later["state"],
            pc.coalesce(later["closed_at"], later["opened_at"]),
            reasons,
        ),
    ]
    copy_in("issues_statuschange", pa.concat_tables(steps))


def _steps(keys: pa.Array, states: pa.Array, at: pa.Array, reasons: pa.Array) -> pa.Table:
    return pa.table({"issue_id": keys, "state": states, "at": at, "reason": reasons})


_CHANGED = ", ".join(
    f"CASE WHEN i.{column} IS DISTINCT FROM w.{column} THEN '{column}' END"
    for column in _SET
    if column
    not in {"source_digest", "cell", "neighborhood_id", "place_state", "backdated", "public_point", "opened_on"}
)


def _update(table: pa.Table, keys: list[int]) -> None:
    """Bring rows up to what the source now says; each gets a step that names what has changed."""
    held = table.select([*_SET, "text_state", "words"]).add_column(0, "id", pa.array(keys, pa.int64()))
    named = held.append_column("closed_day_only", table["closed_day_only"])
    with connection.cursor() as cursor:
        columns = ", ".join(held.column_names)
        cursor.execute(
            "CREATE TEMP TABLE said_now ON COMMIT DROP AS "
            f"SELECT {columns}, false AS closed_day_only FROM issues_issue LIMIT 0"
        )
        copy_in("said_now", named)
        cursor.execute(
            "INSERT INTO issues_statuschange (issue_id, state, at, reason) "
            "SELECT i.id, w.state, CASE WHEN w.state <> i.state THEN coalesce(w.closed_at, now()) ELSE now() END, "
            f"'{CHANGED}' || concat_ws(', ', {_CHANGED}, "
            f"CASE WHEN w.closed_day_only AND w.state <> i.state THEN '{DAY_ONLY}' END) "
            f"FROM said_now w JOIN issues_issue i USING (id) WHERE concat_ws(', ', {_CHANGED}) <> '' ORDER BY i.id"
        )
        assignments = ", ".join([*(f"{column} = w.{column}" for column in _SET), _TEXT_STATE, _WORDS])
        cursor.execute(f"UPDATE issues_issue i SET {assignments} FROM said_now w WHERE i.id = w.id")
        cursor.execute("DROP TABLE said_now")
