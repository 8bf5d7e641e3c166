"""Apply a mapping to a chunk of source rows: what is kept, what is set aside and why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geo.cities import City
from issues.mappings.dates import LATEST, Instants, to_utc
from issues.mappings.file import Mapping, MappingError
from issues.mappings.places import REASONS, Places, places_of
from issues.mappings.rules import TEXT, Texts, choose
from issues.rules import CLOSED, State

OTHER = "other"
NO_WORD = "(empty)"
LONGEST_ID = 120
LONGEST = {"title": 200, "address": 300, "channel": 60, "description": 10_000}
STATES = tuple(s.value for s in State)
MISSING_ID, OVERLONG_ID, UNREADABLE_OPENING = "missing_id", "overlong_id", "unreadable_opening_date"
OPENING_AHEAD = "opening_in_the_future"
ALL_REASONS = (MISSING_ID, OVERLONG_ID, *REASONS, UNREADABLE_OPENING, OPENING_AHEAD)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Mapped:
    """One chunk in our words.

    `rows`: external_id, category, state, opened_at, closed_at (datetime64[us, UTC]), lng, lat, title, description,
    address, channel, duplicate_of, is_duplicate, row. `rejects`: row, external_id, reason, detail, raw (JSON text).
    Every source row is in one of the two, once. The counts speak of kept rows, `whole_degrees` of all:
    `blanked_closing` closing dates nobody could read, `closing_before_opening` and `closing_while_open` ones that
    contradict the row; all three are blanked and the pin stays. `cut` counts texts shortened, by column; `unmapped`
    the source's own words of rows that fell to "other".
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame
    blanked_closing: int
    closing_before_opening: int
    closing_while_open: int
    whole_degrees: int
    cut: Counter[str]
    unmapped: Counter[str]


def check_columns(mapping: Mapping, columns: pd.Index | list[str]) -> list[str]:
    """Which of the source's optional columns a file lacks.

    Raises MappingError when it lacks one that every row needs: then it is not this source's file.
    """
    has = set(columns)
    needed = ["external_id", "opened_at", *(["point"] if "point" in mapping.columns else ["lng", "lat"])]
    for ours in needed:
        if not has & set(mapping.columns[ours]):
            told = ", ".join(map(str, columns))
            raise MappingError(f"{mapping.source}: no column {' or '.join(mapping.columns[ours])}; the file has {told}")
    return [c for c in mapping.columns_read if c not in has]


def apply(mapping: Mapping, chunk: pd.DataFrame, city: City, latest: np.datetime64 = LATEST) -> Mapped:
    """Turn text columns of a source into checked rows.

    `chunk` holds n rows of text (any may be missing) under their record numbers as index; a column it lacks counts as
    empty (`check_columns` refuses a wrong file beforehand). What is dated after `latest` (UTC) has not happened: such
    an opening sets the row aside, such a closing is blanked. Work is done column by column on Arrow arrays.
    Raises MappingError when the city has no category "other" to fall back on.
    """
    slugs = [c.slug for c in city.categories]
    if OTHER not in slugs:
        raise MappingError(f"the city {city.slug} has no category {OTHER}")
    texts = Texts(chunk)
    ids = texts.first(mapping.columns["external_id"])
    places = places_of(texts, mapping, city)
    zone = ZoneInfo(mapping.time_zone) if mapping.time_zone else city.zone
    opened = to_utc(texts.first(mapping.columns["opened_at"]), mapping.dates, zone)
    reason = _reasons(ids, places, opened, latest)
    keep = reason < 0
    closing = _closing(texts, mapping, zone, opened, keep, latest)
    category, unmapped = _categories(texts, mapping, slugs, keep)
    parent, flagged = _duplicates(texts, mapping, ids)
    plain, cut = _plain_texts(texts, mapping, keep)
    table = {
        "external_id": ids,
        "category": category,
        "state": pa.array(STATES, TEXT).take(pa.array(closing.state)),
        "opened_at": pa.array(opened, pa.timestamp("us", "UTC")),
        "closed_at": pa.array(closing.closed, pa.timestamp("us", "UTC")),
        "lng": pa.array(places.lng),
        "lat": pa.array(places.lat),
        **plain,
        "duplicate_of": parent,
        "is_duplicate": pa.array(flagged | (closing.state == STATES.index(State.DUPLICATE))),
        "row": pa.array(np.asarray(chunk.index, np.int64)),
    }
    rows = pa.table(table)
    rows = rows if keep.all() else rows.filter(pa.array(keep))
    rejects = _rejects(texts, mapping, ids, places, reason)
    return Mapped(rows.to_pandas(), rejects, *closing.counts, int(places.whole.sum()), cut, unmapped)


@dataclass(frozen=True)
class _Closing:
    state: npt.NDArray[np.int64]
    closed: Instants
    counts: tuple[int, int, int]


def _closing(
    texts: Texts, mapping: Mapping, zone: ZoneInfo, opened: Instants, keep: Bools, latest: np.datetime64
) -> _Closing:
    """States and closing times that do not contradict each other."""
    text = texts.first(mapping.columns.get("closed_at", ()))
    closed = to_utc(text, mapping.dates, zone)
    closed = np.where(closed > latest, np.datetime64("NaT", "us"), closed)
    given = pc.not_equal(text, "").to_numpy(zero_copy_only=False)
    state, _ = choose(texts, mapping.state, STATES)
    told = given & (not mapping.closing_only_when_closed)
    by_date = np.where(told, STATES.index(State.RESOLVED), STATES.index(State.RECEIVED))
    state = np.where(state < 0, by_date, state)
    still_open = ~np.isin(state, [STATES.index(s) for s in CLOSED])
    if mapping.closing_only_when_closed:
        given = given & ~still_open
    unread = given & np.isnat(closed)
    contradicted = given & ~unread & still_open
    early = given & ~unread & ~still_open & (closed < opened)
    closed = np.where(given & ~still_open & ~early, closed, np.datetime64("NaT", "us"))
    counts = (int((unread & keep).sum()), int((early & keep).sum()), int((contradicted & keep).sum()))
    return _Closing(state, closed, counts)


def _categories(texts: Texts, mapping: Mapping, slugs: list[str], keep: Bools) -> tuple[pa.Array, Counter[str]]:
    chosen, names = choose(texts, mapping.category, slugs)
    fell = (chosen < 0) & keep
    unmapped: Counter[str] = Counter()
    shown = mapping.category_shown or (mapping.category[0].column if mapping.category else "")
    if fell.any() and shown:
        distinct, rows = texts.coded(shown)
        counts = np.bincount(rows[fell], minlength=len(distinct))
        unmapped.update({distinct[int(i)].as_py() or NO_WORD: int(counts[i]) for i in np.flatnonzero(counts)})
    chosen = np.where(chosen < 0, names.index(OTHER), chosen)
    return pa.array(names, TEXT).take(pa.array(chosen)), unmapped


def _duplicates(texts: Texts, mapping: Mapping, ids: pa.Array) -> tuple[pa.Array, Bools]:
    """The id of the issue a row repeats ("" when not told) and whether the source says that it repeats one."""
    parent = texts.first(mapping.columns.get("duplicate_of", ()))
    flagged = pc.and_(pc.not_equal(parent, ""), pc.not_equal(parent, ids)).to_numpy(zero_copy_only=False)
    marker = mapping.duplicate
    if marker is not None:
        distinct, rows = texts.coded(marker.column)
        hit = pc.match_substring_regex(distinct, marker.pattern)
        named = pa.array([""] * len(distinct), TEXT)
        for spelled in marker.parents:
            found = pc.struct_field(pc.extract_regex(distinct, spelled.pattern), "id").cast(TEXT)
            full = pc.binary_join_element_wise(pa.scalar(spelled.prefix, TEXT), found, pa.scalar("", TEXT))
            named = pc.if_else(pc.equal(named, ""), pc.fill_null(full, ""), named)
        named = pc.if_else(hit, named, "").take(pa.array(rows))
        parent = pc.if_else(pc.equal(parent, ""), named, parent)
        flagged = flagged | hit.to_numpy(zero_copy_only=False)[rows]
    own = pc.or_(pc.equal(parent, ids), pc.greater(pc.utf8_length(parent), LONGEST_ID))
    return pc.if_else(own, "", parent), flagged


def _plain_texts(texts: Texts, mapping: Mapping, keep: Bools) -> tuple[dict[str, pa.Array], Counter[str]]:
    out: dict[str, pa.Array] = {}
    cut: Counter[str] = Counter()
    for name, limit in LONGEST.items():
        text = texts.first(mapping.columns.get(name, ()))
        long = pc.greater(pc.utf8_length(text), limit).to_numpy(zero_copy_only=False)
        if long.any():
            cut[name] += int((long & keep).sum())
            text = pc.utf8_slice_codeunits(text, 0, limit)
        out[name] = text
    return out, cut


def _reasons(ids: pa.Array, places: Places, opened: Instants, latest: np.datetime64) -> npt.NDArray[np.int64]:
    """For each row an index into ALL_REASONS, -1 for a row that is kept; the first reason that holds is given."""
    length = pc.utf8_length(ids).to_numpy()
    placed = np.where(places.reason >= 0, places.reason + 2, -1)
    wrong = [length == 0, length > LONGEST_ID, placed >= 0, np.isnat(opened), opened > latest]
    unread, ahead = (np.full_like(placed, ALL_REASONS.index(r)) for r in (UNREADABLE_OPENING, OPENING_AHEAD))
    return np.select(wrong, [np.zeros_like(placed), np.ones_like(placed), placed, unread, ahead], -1)


def _rejects(
    texts: Texts, mapping: Mapping, ids: pa.Array, places: Places, reason: npt.NDArray[np.int64]
) -> pd.DataFrame:
    """The rows set aside; the only work done row by row."""
    bad = np.flatnonzero(reason >= 0)
    opening = texts.first(mapping.columns["opened_at"])
    details = []
    for i in bad.tolist():
        named = ALL_REASONS[reason[i]]
        if named in REASONS:
            details.append(f"lng {places.lng_text[i].as_py()!r}, lat {places.lat_text[i].as_py()!r}")
        else:
            details.append(repr(opening[i].as_py()) if named in (UNREADABLE_OPENING, OPENING_AHEAD) else "")
    whole = texts.chunk.iloc[bad]
    rows: list[Any] = whole.astype(object).where(whole.notna(), None).to_dict("records")
    return pd.DataFrame(
        {
            "row": np.asarray(texts.chunk.index, np.int64)[bad],
            "external_id": ids.take(pa.array(bad)).to_pandas(),
            "reason": np.array(ALL_REASONS, object)[reason[bad]],
            "detail": details,
            "raw": [json.dumps(r, ensure_ascii=False) for r in rows],
        }
    ).astype({"external_id": "str", "reason": "str", "detail": "str", "raw": "str"})
