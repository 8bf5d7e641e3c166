"""Telephone numbers, personal codes (CNP) and accounts (IBAN) in a text as a person reads it; pure, in linear time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

# What may stand between two groups of digits of one number.
_GAP = re.compile(r"[ ./()\-_·]{1,4}")
_SHORTEST, _LONGEST = 9, 17
_HOME = re.compile(r"07|02[1-6]|03[1-6]")
_FORTY = re.compile(r"400?[237]\d{8}")  # some write the first zero all the same

_CNP_WEIGHTS = (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)
# Of residents (7 to 9) the century is not told: one with every leap day will do.
_CENTURIES = {1: 1900, 2: 1900, 3: 1800, 4: 1800, 5: 2000, 6: 2000, 7: 2000, 8: 2000, 9: 2000}

_IBAN_HEAD = re.compile(r"[A-Za-z]{2}\d{2}")
_IBAN_LENGTHS = {
    head[:2]: int(head[2:])
    for head in re.findall(
        r"\w+",
        "AT20 BE16 BG22 CH21 CY28 CZ24 DE22 DK18 ES24 FI18 FR27 GB22 GR27 HR21 HU28 IE22 IT27 LT20 LU20 LV21 MD24 NL18 "
        "NO15 PL28 PT25 RO24 RS22 SE24 SI19 SK24 TR26 UA29",
    )
}


@dataclass(frozen=True, slots=True)
class Row:
    """Groups of digits so close together that they may be one number, from `start` up to `end` in the text."""

    text: str
    start: int
    end: int
    digits: str

    def groups(self) -> tuple[int, ...]:
        """How many digits stand together, from the left."""
        return tuple(len(group) for group in re.findall(r"\d+", self.text[self.start : self.end]))

    def gaps(self) -> tuple[str, ...]:
        """What stands between the groups."""
        return tuple(re.findall(r"\D+", self.text[self.start : self.end]))


Found = Iterator[tuple[int, int]]


def rows(text: str) -> list[Row]:
    """Every row of 9 to 17 digits, from the left, the shorter first."""
    runs = [(m.start(), m.end()) for m in re.finditer(r"\d+", text)]
    near = [bool(_GAP.fullmatch(text, a[1], b[0])) for a, b in pairwise(runs)]
    digits = "".join(text[a:b] for a, b in runs)
    before = [0, *accumulate(b - a for a, b in runs)]
    found = []
    for i, (start, _end) in enumerate(runs):
        for j in range(i, len(runs)):
            length = before[j + 1] - before[i]
            if length > _LONGEST or (j > i and not near[j - 1]):
                break
            if length >= _SHORTEST:
                found.append(Row(text, start, runs[j][1], digits[before[i] : before[j + 1]]))
    return found


def cnps(found: Sequence[Row]) -> Found:
    """Thirteen digits with the date of a birth and the right last one, however they are parted."""
    return ((row.start, row.end) for row in found if is_cnp(row.digits))


def is_cnp(digits: str) -> bool:
    """Whether thirteen digits are a Romanian personal code."""
    if len(digits) != 13 or digits[0] == "0":
        return False
    year = _CENTURIES[int(digits[0])] + int(digits[1:3])
    try:
        dt.date(year, int(digits[3:5]), int(digits[5:7]))
    except ValueError:
        return False
    rest = sum(int(d) * w for d, w in zip(digits, _CNP_WEIGHTS, strict=False)) % 11
    return int(digits[12]) == (1 if rest == 10 else rest)


def phones(text: str, found: Sequence[Row]) -> Found:
    """Romanian numbers in any grouping, with or without the country's, and foreign ones written with + or 00."""
    last = 0
    for row in found:
        if row.start >= last and (start := _phone(text, row)) is not None:
            last = row.end
            yield start, last


def _phone(text: str, row: Row) -> int | None:
    """Where the number that a row is begins, or nothing where it is none."""
    before = text[max(0, row.start - 3) : row.start]
    if before.rstrip(" (").endswith("+"):
        return text.rindex("+", 0, row.start) if _abroad(row.digits) else None
    if before[-1:] in {"o", "O"} and not before[-2:-1].isalnum() and _home("0" + row.digits, row):
        return row.start - 1  # a letter where the first zero belongs
    return row.start if _home(row.digits, row) or _country(row) or _short(row) else None


def _home(digits: str, row: Row) -> bool:
    """Ten digits that begin as a mobile number or that of a place; a date with a time does not pass for one."""
    if len(digits) != 10 or not _HOME.match(digits):
        return False
    groups, gaps = row.groups(), row.gaps()
    if groups[0] >= 3:
        return True
    even = len(set(groups)) == 1 and len(set(gaps)) == 1
    return even and not (gaps[0] != " " and int(digits[:2]) <= 31 and 1 <= int(digits[2:4]) <= 12)


def _country(row: Row) -> bool:
    """The country's code without a plus, or two zeros before any country's."""
    if _FORTY.fullmatch(row.digits):
        return row.groups()[0] in {2, 5, 11}
    if row.digits.startswith("0040"):
        return _abroad(row.digits[2:])
    return row.digits.startswith("00") and row.groups()[0] >= 4 and _abroad(row.digits[2:])


def _abroad(digits: str) -> bool:
    """Digits after a plus: a country and a number, not a round sum."""
    if digits.startswith("40"):
        return bool(_FORTY.fullmatch(digits))
    return 9 <= len(digits) <= 15 and digits[0] != "0" and not digits.endswith("000")


def _short(row: Row) -> bool:
    """A mobile number without its first zero in threes, no round sum; or one as North America writes them."""
    if len(row.digits) == 9:
        return "72" <= row.digits[:2] <= "78" and not row.digits.endswith("000") and row.groups() == (3, 3, 3)
    american = len(row.digits) == 10 and row.digits[0] > "1" and row.digits[3] > "1"
    return american and row.groups() == (3, 3, 4) and row.gaps()[1] in {"-", "."}


def ibans(text: str) -> Found:
    """Accounts of European countries, with the right check digits."""
    for head in _IBAN_HEAD.finditer(text):
        start = head.start()
        length = _IBAN_LENGTHS.get(head.group()[:2].upper())
        end = _after(text, start, length) if length and not text[start - 1 : start].isalnum() else None
        if end is not None and _checks(re.sub(r"[ -]", "", text[start:end])):
            yield start, end


def _after(text: str, start: int, length: int) -> int | None:
    """The place after so many letters and digits, single spaces or dashes between them left out of the count."""
    place, seen, gap = start, 0, False
    while seen < length:
        sign = text[place : place + 1]
        if sign.isascii() and sign.isalnum():
            seen, gap = seen + 1, False
        elif sign in {" ", "-"} and not gap:
            gap = True
        else:
            return None
        place += 1
    return place


def _checks(account: str) -> bool:
    turned = account[4:] + account[:4]
    return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1
