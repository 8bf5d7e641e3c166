"""Load the streets and addresses of a city: every row of the file is in the gazetteer or set aside with its reason."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction

from neighborhoods.bulk import copy_in, copy_out
from neighborhoods.locate import locator
from neighborhoods.models import Neighborhood
from neighborhoods.street_words import clean, number_key, street_key

LONGEST = {"street": 200, "number": 20, "words": 240}
LONGEST_SOURCE = 500

_TABLE = "neighborhoods_address"
_TOLD = ["street", "number", "lng", "lat", "neighborhood", "source"]
_VALUES = ["street", "number", "words", "lng", "lat", "neighborhood", "source"]
_HELD = pa.schema(
    [("id", pa.int64()), *((n, pa.float64() if n in ("lng", "lat") else pa.string()) for n in _VALUES)],
)
_LOCK_SQL = "LOCK TABLE neighborhoods_address IN SHARE ROW EXCLUSIVE MODE"
_DELETE_SQL = "DELETE FROM neighborhoods_address WHERE id = ANY(%s)"
_HELD_SQL = (
    "SELECT id, street, number, words, ST_X(point), ST_Y(point), neighborhood, source FROM neighborhoods_address"
)


class RefusedAddressesError(ValueError):
    """A file that cannot be a gazetteer; the message says why."""


@dataclass(frozen=True)
class SetAside:
    """One row that is not in the gazetteer. `row` counts rows from 1, the heading not counted."""

    row: int
    reason: str
    raw: str


@dataclass(frozen=True)
class LoadedAddresses:
    """What loading a file did, in entries. `derived`: streets placed among their own addresses, for want of a row."""

    rows: int
    new: int
    changed: int
    unchanged: int
    removed: int
    derived: int
    set_aside: tuple[SetAside, ...]

    @property
    def reasons(self) -> Counter[str]:
        return Counter(one.reason for one in self.set_aside)


@transaction.atomic
def load_addresses(
    *, rows: pd.DataFrame, source: str, replace: bool = False, broken: Iterable[SetAside] = ()
) -> LoadedAddresses:
    """Bring the gazetteer up to a file: text columns street, lng, lat (degrees) and number, indexed by row number.

    Of two rows for one street or address the first is taken. What the same source named before and names no more is
    removed; what another source has named stays as it is, unless `replace`, which removes everything of others.
    Each entry gets the slug of the primary layer's area it lies in today. Raises RefusedAddressesError where no row
    is good or the source is not told.
    """
    if not source.strip() or len(source) > LONGEST_SOURCE:
        raise RefusedAddressesError(f"say where the addresses come from, in at most {LONGEST_SOURCE} characters")
    with connection.cursor() as cursor:
        cursor.execute(_LOCK_SQL)
    held = _held()
    others = held[(held["source"] != source) & (not replace)]
    good, aside = _judged(rows, others)
    if not len(good):
        raise RefusedAddressesError(f"no row can be an address: {_told(aside)}")
    wanted = pd.concat([good, _derived(good, others)], ignore_index=True)
    wanted["street"] = _one_spelling(wanted, others)
    wanted["neighborhood"] = _areas(wanted)
    wanted["source"] = source
    new, changed, unchanged, removed = _write(wanted, held if replace else held[held["source"] == source])
    set_aside = tuple(sorted([*aside, *broken], key=lambda one: one.row))
    return LoadedAddresses(
        rows=len(rows) + len(set_aside) - len(aside),
        new=new,
        changed=changed,
        unchanged=unchanged,
        removed=removed,
        derived=len(wanted) - len(good),
        set_aside=set_aside,
    )


def _held() -> pd.DataFrame:
    """Every entry of the gazetteer, with the key of its number."""
    held = copy_out(_HELD_SQL, [], _HELD).to_pandas()
    held[["number", "neighborhood"]] = held[["number", "neighborhood"]].fillna("")
    held["key"] = _mapped(held["number"], number_key)
    return held


def _judged(rows: pd.DataFrame, others: pd.DataFrame) -> tuple[pd.DataFrame, list[SetAside]]:
    """Rows that can be entries, with their keys, and those set aside; the first reason that applies is told."""
    texts = {name: _mapped(_texts(rows, name), clean) for name in ("street", "number")}
    lng, lat = (pd.to_numeric(_texts(rows, name).str.strip(), errors="coerce") for name in ("lng", "lat"))
    keys = {"words": _mapped(texts["street"], street_key), "key": _mapped(texts["number"], number_key)}
    frame = pd.DataFrame({**texts, **keys, "lng": lng, "lat": lat}, index=rows.index)
    west, south, east, north = settings.CITY.bbox
    long = np.column_stack([frame[name].str.len() > most for name, most in LONGEST.items()]).any(axis=1)
    problems = {
        "no_name": frame["words"] == "",
        "too_long": long,
        "bad_number": (frame["number"] != "") & (frame["key"] == ""),
        "not_a_number": ~(np.isfinite(lng) & np.isfinite(lat)),
        "swapped": lat.between(west, east) & lng.between(south, north),
        "outside": ~(lng.between(west, east) & lat.between(south, north)),
    }
    reason = pd.Series(np.select(list(problems.values()), list(problems), ""), index=frame.index, dtype=object)
    entry = pd.MultiIndex.from_frame(frame[["words", "key"]])
    known = entry.isin(pd.MultiIndex.from_frame(others[["words", "key"]]))
    reason[(reason == "") & known] = "known_from_another_source"
    good = reason == ""
    repeats = frame[good].duplicated(["words", "key"])
    reason[repeats.index[repeats]] = "repeated"
    out = reason[reason != ""]
    shown = rows.loc[out.index].fillna("").astype(str).agg(", ".join, axis=1) if len(out) else pd.Series(dtype=object)
    return frame[reason == ""], [SetAside(int(row), out[row], shown[row][:200]) for row in out.index]


def _texts(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows[name].fillna("").astype(str) if name in rows else pd.Series("", index=rows.index)


def _mapped(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """A function of each text, worked out once for each different one."""
    return texts.map({text: change(text) for text in texts.unique()}).astype(object)


def _derived(good: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """A street for each of which only addresses are known: it stands at that address nearest to their middle."""
    named = {*good["words"][good["key"] == ""], *others["words"][others["key"] == ""]}
    alone = good[~good["words"].isin(named)]
    if not len(alone):
        return alone
    middle = alone.groupby("words")[["lng", "lat"]].transform("median")
    # A degree of longitude is about 0.7 of one of latitude here; for the choice of a house that will do.
    off = np.hypot((alone["lng"] - middle["lng"]) * 0.7, alone["lat"] - middle["lat"])
    chosen = alone.assign(off=off).sort_values("off", kind="stable").drop_duplicates("words").drop(columns="off")
    return chosen.assign(number="", key="").sort_index()


def _one_spelling(wanted: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """The name of each entry's street: as other sources spell it, else as its own row, else as its first address."""
    own = wanted.assign(numbered=wanted["key"] != "").sort_values("numbered", kind="stable")
    spelled = dict(zip(*own.drop_duplicates("words")[["words", "street"]].to_numpy().T, strict=True))
    spelled |= dict(zip(others["words"], others["street"], strict=True))
    return wanted["words"].map(spelled)


def _areas(wanted: pd.DataFrame) -> np.ndarray:
    """The slug of the area in which each entry lies today, or nothing."""
    lng, lat = (wanted[name].to_numpy(float) for name in ("lng", "lat"))
    today = np.full(len(wanted), dt.datetime.now(settings.CITY.zone).date(), "datetime64[D]")
    found = locator().places(lng, lat, today).neighborhood
    slugs = dict(Neighborhood.objects.filter(pk__in=np.unique(found).tolist()).values_list("pk", "slug"))
    return np.array([slugs.get(int(pk), "") for pk in found], object)


def _write(wanted: pd.DataFrame, held: pd.DataFrame) -> tuple[int, int, int, int]:
    """Make the held entries those wanted, each that stays under its primary key; how many new, changed, same, gone."""
    both = wanted.merge(held[["id", "words", "key", *_TOLD]], "left", on=["words", "key"], suffixes=("", "_held"))
    there = both["id"].notna()
    same = there & np.logical_and.reduce([both[name] == both[f"{name}_held"] for name in _TOLD])
    changed, gone = there & ~same, ~held["id"].isin(both["id"])
    stale = [int(pk) for pk in pd.concat([held["id"][gone], both["id"][changed]])]
    with connection.cursor() as cursor:
        cursor.execute(_DELETE_SQL, [stale])
    _insert(both[changed], ["id"])
    _insert(both[~there], [])
    return int((~there).sum()), int(changed.sum()), int(same.sum()), int(gone.sum())


def _insert(entries: pd.DataFrame, keys: list[str]) -> None:
    points = [f"SRID=4326;POINT({x!r} {y!r})" for x, y in zip(entries["lng"], entries["lat"], strict=True)]
    names = [name for name in _VALUES if name not in ("lng", "lat")]
    columns = {name: pa.array(entries[name], pa.string()) for name in names} | {"point": pa.array(points, pa.string())}
    columns |= {key: pa.array(entries[key].astype(int), pa.int64()) for key in keys}
    if len(entries):
        copy_in(_TABLE, pa.table(columns))


def _told(aside: list[SetAside]) -> str:
    return ", ".join(f"{n} {reason}" for reason, n in Counter(one.reason for one in aside).most_common()) or "no rows"
