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
from issues.mappings.dates import LATEST, Dates, Instants, dates_of, local_days
from issues.mappings.file import Mapping, MappingError
from issues.mappings.places import REASONS, Places, places_of
from issues.mappings.rules import TEXT, Texts, choose, loosely
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

    `rows`: external_id, category, state, opened_at, closed_at (datetime64[us, UTC]), opened_day_only, closed_day_only
    (the source gives a day and no hour: the instant is its local midnight, or the opening where both fall on one day),
    lng, lat, title, description, address, channel, duplicate_of, is_duplicate, area (as the source says it, in our
    words), row. `rejects`: row, external_id, reason, detail, raw (JSON text).
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
    """Which of the source's optional columns a file lacks, leaving out those that another one stands in for.

    Raises MappingError when it lacks one that every row needs: then it is not this source's file.
    """
    has = {loosely(c) if mapping.loose_names else c for c in columns}
    lacks = {c for c in mapping.columns_read if (loosely(c) if mapping.loose_names else c) not in has}
    needed = ["external_id", "opened_at", *(["point"] if "point" in mapping.columns else ["lng", "lat"])]
    for ours in needed:
        if lacks >= set(mapping.columns[ours]):
            told = ", ".join(map(str, columns))
            raise MappingError(f"{mapping.source}: no column {' or '.join(mapping.columns[ours])}; the file has {told}")
    groups = (*mapping.columns.values(), mapping.category_shown, mapping.area.columns if mapping.area else ())
    stood_in = {c for group in groups if not lacks >= set(group) for c in group}
    return [c for c in mapping.columns_read if c in lacks and c not in stood_in]


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
    texts = Texts(chunk, mapping.loose_names)
    ids = texts.first(mapping.columns["external_id"])
    places = places_of(texts, mapping, city)
    zone = ZoneInfo(mapping.time_zone) if mapping.time_zone else city.zone
    opened = dates_of(texts.first(mapping.columns["opened_at"]), mapping.dates, zone)
    aside, named = _aside(texts, mapping)
    reason = _reasons(ids, aside, places, opened.at, latest)
    keep = reason < 0
    closing = _closing(texts, mapping, zone, opened.at, keep, latest)
    category, unmapped = _categories(texts, mapping, slugs, keep)
    plain, cut = _plain_texts(texts, mapping, keep)
    table = {
        "external_id": ids,
        "category": category,
        "state": pa.array(STATES, TEXT).take(pa.array(closing.state)),
        **_instants("opened", opened),
        **_instants("closed", closing.closed),
        "lng": pa.array(places.lng),
        "lat": pa.array(places.lat),
        **plain,
        **_duplicates(texts, mapping, ids, closing.state == STATES.index(State.DUPLICATE)),
        "area": _area(texts, mapping),
        "row": pa.array(np.asarray(chunk.index, np.int64)),
    }
    rows = pa.table(table)
    rows = rows if keep.all() else rows.filter(pa.array(keep))
    rejects = _rejects(texts, mapping, ids, places, np.array((*ALL_REASONS, *named), object)[reason], ~keep)
    return Mapped(rows.to_pandas(), rejects, *closing.counts, int(places.whole.sum()), cut, unmapped)


def _instants(named: str, dates: Dates) -> dict[str, pa.Array]:
    at = pa.array(dates.at, pa.timestamp("us", "UTC"))
    return {f"{named}_at": at, f"{named}_day_only": pa.array(dates.day_only)}


@dataclass(frozen=True)
class _Closing:
    state: npt.NDArray[np.int64]
    closed: Dates
    counts: tuple[int, int, int]


def _closing(
    texts: Texts, mapping: Mapping, zone: ZoneInfo, opened: Instants, keep: Bools, latest: np.datetime64
) -> _Closing:
    """States and closing times that do not contradict each other."""
    text = texts.first(mapping.columns.get("closed_at", ()))
    told = dates_of(text, mapping.dates, zone)
    closed = np.where(told.at > latest, np.datetime64("NaT", "us"), told.at)
    given = pc.not_equal(text, "").to_numpy(zero_copy_only=False)
    state, _ = choose(texts, mapping.state, STATES)
    closing = given & (not mapping.closing_only_when_closed)
    by_date = np.where(closing, STATES.index(State.RESOLVED), STATES.index(State.RECEIVED))
    state = np.where(state < 0, by_date, state)
    still_open = ~np.isin(state, [STATES.index(s) for s in CLOSED])
    if mapping.closing_only_when_closed:
        given = given & ~still_open
    unread = given & np.isnat(closed)
    contradicted = given & ~unread & still_open
    closed = _same_day(closed, told.day_only, opened, zone)
    early = given & ~unread & ~still_open & (closed < opened)
    closed = np.where(given & ~still_open & ~early, closed, np.datetime64("NaT", "us"))
    counts = (int((unread & keep).sum()), int((early & keep).sum()), int((contradicted & keep).sum()))
    return _Closing(state, Dates(closed, told.day_only & ~np.isnat(closed)), counts)


def _same_day(closed: Instants, day_only: Bools, opened: Instants, zone: ZoneInfo) -> Instants:
    """Closings, where one told by its day alone falls on the day of opening: then it is not before the opening."""
    rows = np.flatnonzero(day_only & (closed < opened))
    if not len(rows):
        return closed
    same = local_days(closed[rows], zone) == local_days(opened[rows], zone)
    closed = closed.copy()
    closed[rows[same]] = opened[rows[same]]
    return closed


def _categories(texts: Texts, mapping: Mapping, slugs: list[str], keep: Bools) -> tuple[pa.Array, Counter[str]]:
    chosen, names = choose(texts, mapping.category, slugs)
    fell = (chosen < 0) & keep
    unmapped: Counter[str] = Counter()
    shown = mapping.category_shown or tuple(r.column for r in mapping.category[:1])
    if fell.any() and shown:
        unmapped.update(word or NO_WORD for word in texts.first(shown).filter(pa.array(fell)).to_pylist())
    chosen = np.where(chosen < 0, names.index(OTHER), chosen)
    return pa.array(names, TEXT).take(pa.array(chosen)), unmapped


def _duplicates(texts: Texts, mapping: Mapping, ids: pa.Array, by_state: Bools) -> dict[str, pa.Array]:
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
    return {"duplicate_of": pc.if_else(own, "", parent), "is_duplicate": pa.array(flagged | by_state)}


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


def _aside(texts: Texts, mapping: Mapping) -> tuple[npt.NDArray[np.int64], list[str]]:
    """For each row which of the mapping's own reasons sets it aside, -1 for none, and those reasons."""
    return choose(texts, mapping.aside, dict.fromkeys(word for rule in mapping.aside for word in rule.said))


def _area(texts: Texts, mapping: Mapping) -> pa.Array:
    """The area of each row as the source says it, in our words; empty where it says nothing."""
    if mapping.area is None:
        return texts[""]
    coded = texts.first(mapping.area.columns).dictionary_encode()
    names = [mapping.area.names.get(word.casefold(), word) for word in coded.dictionary.to_pylist()]
    return pa.array(names, TEXT).take(coded.indices)


def _reasons(
    ids: pa.Array, aside: npt.NDArray[np.int64], places: Places, opened: Instants, latest: np.datetime64
) -> npt.NDArray[np.int64]:
    """For each row an index into ALL_REASONS and the mapping's own reasons behind them, -1 for a row that is kept.

    The first reason that holds is given: a row that reports nothing need have no place.
    """
    length = pc.utf8_length(ids).to_numpy()
    placed = np.where(places.reason >= 0, places.reason + 2, -1)
    wrong = [length == 0, length > LONGEST_ID, aside >= 0, placed >= 0, np.isnat(opened), opened > latest]
    unread, ahead = (np.full_like(placed, ALL_REASONS.index(r)) for r in (UNREADABLE_OPENING, OPENING_AHEAD))
    own = aside + len(ALL_REASONS)
    return np.select(wrong, [np.zeros_like(placed), np.ones_like(placed), own, placed, unread, ahead], -1)


def _rejects(
    texts: Texts, mapping: Mapping, ids: pa.Array, places: Places, reason: npt.NDArray[np.object_], wrong: Bools
) -> pd.DataFrame:
    """The rows that are `wrong`, each with its reason; the only work done row by row."""
    bad = np.flatnonzero(wrong)
    opening = texts.first(mapping.columns["opened_at"])
    details = []
    for i in bad.tolist():
        named = reason[i]
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
            "reason": reason[bad],
            "detail": details,
            "raw": [json.dumps(r, ensure_ascii=False) for r in rows],
        }
    ).astype({"external_id": "str", "reason": "str", "detail": "str", "raw": "str"})
