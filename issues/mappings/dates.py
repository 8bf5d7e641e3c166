"""Times as sources write them -> instants in UTC."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Instants = npt.NDArray[np.datetime64]
Bools = npt.NDArray[np.bool_]

_DAY = r"^\d{4}-\d\d-\d\d"
_CLOCK = r"[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?"
# Feeds spell fractions up to nanoseconds; we keep six digits, so the rest is cut off before reading
_TOO_FINE = r"(\.\d{6})\d+"
NAIVE = f"{_DAY}(?:{_CLOCK})?$"
ZONED = rf"{_DAY}{_CLOCK} ?(?:[Zz]|[+-]\d\d:?\d\d)$"
# Outside these years a date is a slip or a spreadsheet's zero, and some could not be stored
EARLIEST, LATEST = np.datetime64("1900-01-01", "us"), np.datetime64("2200-01-01", "us")
_NEVER = np.datetime64("NaT", "us")
_CLOCK_OF_FORMAT = re.compile(r"%-?[HIMScXTRrs]")


@dataclass(frozen=True)
class Dates:
    """n instants, datetime64[us] in UTC. Where `day_only`, the source gave a day: the instant is its local midnight,
    and nobody knows the hour."""

    at: Instants
    day_only: Bools


def to_utc(texts: pa.Array, formats: Sequence[str], zone: ZoneInfo) -> Instants:
    """The instants of `dates_of`, for who does not ask how closely they are known."""
    return dates_of(texts, formats, zone).at


def dates_of(texts: pa.Array, formats: Sequence[str], zone: ZoneInfo) -> Dates:
    """Read n texts (empty allowed) as instants in UTC, NaT where no format fits.

    `formats` are tried in order on what is still unread: iso (ISO 8601, with or without zone), epoch_s, epoch_ms, or
    a strptime format. Times without a zone are local in `zone`: of an hour that comes twice the first is meant, one
    that never was is moved to the end of the gap. Years outside 1900 to 2199 are not read. A text without a clock, or
    one read by a format without one, gives the day only.
    """
    out, day_only = np.full(len(texts), _NEVER), np.zeros(len(texts), bool)
    for kind in formats:
        rows = np.flatnonzero(np.isnat(out) & pc.not_equal(texts, "").to_numpy(zero_copy_only=False))
        if not len(rows):
            break
        part = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
        read = _iso(part, zone) if kind == "iso" else _epoch(part, kind) if "%" not in kind else _by(part, kind, zone)
        with np.errstate(invalid="ignore"):
            out[rows] = np.where((read >= EARLIEST) & (read < LATEST), read, _NEVER)
        day_only[rows] = ~np.isnat(out[rows]) & _without_clock(part, kind)
    return Dates(out, day_only)


def local_days(instants: Instants, zone: ZoneInfo) -> npt.NDArray[np.datetime64]:
    """The day each instant falls on in `zone`: datetime64[D], NaT where there is no instant."""
    local = pd.DatetimeIndex(instants, tz="UTC").tz_convert(zone).tz_localize(None)
    return local.to_numpy().astype("M8[D]")


def _without_clock(texts: pa.Array, kind: str) -> Bools | bool:
    if kind == "iso":
        return np.asarray(pc.match_substring_regex(texts, f"{_DAY}$").to_numpy(zero_copy_only=False), bool)
    return "%" in kind and not _CLOCK_OF_FORMAT.search(kind)


def _iso(texts: pa.Array, zone: ZoneInfo) -> Instants:
    fine = pc.replace_substring_regex(texts, _TOO_FINE, r"\1")
    out = np.full(len(texts), _NEVER)
    for pattern, zoned in ((NAIVE, False), (ZONED, True)):
        rows = np.flatnonzero(pc.match_substring_regex(fine, pattern).to_numpy(zero_copy_only=False))
        if len(rows):
            part = fine if len(rows) == len(fine) else fine.take(pa.array(rows))
            out[rows] = _zoned(part) if zoned else _local(_naive(part), zone)
    return out


def _naive(texts: pa.Array) -> Instants:
    try:
        return _counted(texts.cast(pa.timestamp("us")))
    except pa.ArrowInvalid:  # one impossible date stops Arrow; pandas marks it and goes on
        read = pd.to_datetime(texts.to_pandas(), format="ISO8601", errors="coerce")
        return _bare(read)


def _zoned(texts: pa.Array) -> Instants:
    try:
        plain = pc.replace_substring_regex(texts, r" ?[zZ]$", "Z")
        return _counted(plain.cast(pa.timestamp("us", "UTC")))
    except pa.ArrowInvalid:
        read = pd.to_datetime(texts.to_pandas(), format="ISO8601", errors="coerce", utc=True)
        return _bare(read.dt.tz_localize(None))


def _counted(instants: pa.Array) -> Instants:
    out: Instants = instants.to_numpy(zero_copy_only=False).astype("M8[us]")
    return out


def _bare(instants: pd.Series) -> Instants:
    out: Instants = instants.to_numpy().astype("M8[us]")
    return out


def _epoch(texts: pa.Array, kind: str) -> Instants:
    number = pc.match_substring_regex(texts, r"^-?\d{1,15}$")
    counts = pc.if_else(number, texts, "0").cast(pa.int64()).to_numpy()
    with np.errstate(over="ignore"):
        instants = (counts * (1_000_000 if kind == "epoch_s" else 1_000)).astype("M8[us]")
    # 1e12 seconds are beyond any calendar: the number counted milliseconds, and reading it as seconds would overflow
    sane = np.abs(counts) < 10**11 if kind == "epoch_s" else np.abs(counts) < 10**14
    return np.where(number.to_numpy(zero_copy_only=False) & sane, instants, _NEVER)


def _by(texts: pa.Array, pattern: str, zone: ZoneInfo) -> Instants:
    zoned = "%z" in pattern or "%Z" in pattern
    read = pd.to_datetime(texts.to_pandas(), format=pattern, errors="coerce", utc=zoned)
    instants = _bare(read.dt.tz_localize(None) if zoned else read)
    return instants if zoned else _local(instants, zone)


def _local(naive: Instants, zone: ZoneInfo) -> Instants:
    near = np.where((naive >= EARLIEST) & (naive < LATEST), naive, _NEVER)
    index = pd.DatetimeIndex(near).tz_localize(zone, ambiguous=np.ones(len(near), bool), nonexistent="shift_forward")
    return index.tz_convert("UTC").tz_localize(None).to_numpy().astype("M8[us]")
