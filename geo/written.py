"""What people write, as it is kept: texts, addresses for mail, degrees; checked and made plain; pure."""

from __future__ import annotations

import math
import re
import unicodedata

from geo.cities import City

LONGEST_EMAIL = 254
# Letters may carry marks, but not by the hundred: more is made to break a screen.
MOST_MARKS = 8
PLACES = 6
# Letters that show nothing: fillers of Hangul, the empty braille pattern.
BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_ADDRESS = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}@[^\s@\"(),:;<>\[\\\]]{1,189}\.[^\W\d_][\w-]{0,61}[^\W_]")


def email_problem(email: object) -> str:
    """Why a trimmed address cannot be written to, or nothing: too-long, not-an-address. None at all is no problem."""
    if not email:
        return ""
    if not isinstance(email, str):
        return "not-an-address"
    if len(email) > LONGEST_EMAIL:
        return "too-long"
    return "" if _ADDRESS.fullmatch(email) else "not-an-address"


def degrees(value: object) -> float:
    """A number to six places, -0 as 0; not a number where it is none. Text is none, nor is a truth value."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return round(float(value), PLACES) + 0.0
    except OverflowError:
        return math.nan


def place_problem(lng: float, lat: float, city: City) -> str:
    """What is wrong with a place, or nothing: not-a-number, swapped (lat and lng), outside (of the city's box)."""
    if not (math.isfinite(lng) and math.isfinite(lat)):
        return "not-a-number"
    west, south, east, north = city.bbox
    if west <= lng <= east and south <= lat <= north:
        return ""
    return "swapped" if west <= lat <= east and south <= lng <= north else "outside"


def plain(text: str) -> str:
    """Composed (NFC), without control and invisible direction signs, ends trimmed; line ends as one sign."""
    kept = "".join(c for c in _one_line_end(text) if c in "\n\t\u200d" or unicodedata.category(c) not in _UNSEEN)
    return unicodedata.normalize("NFC", kept).strip()


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def blank(text: str) -> bool:
    """Whether a text shows nothing: spaces, joiners, marks without a letter, letters that are none."""
    return all(c.isspace() or c in BLANKS or unicodedata.category(c) in {"Cf", "Mn", "Me"} for c in text)


# Controls, surrogates, and format signs such as direction overrides; the joiner of emoji is kept above.
_UNSEEN = {"Cc", "Cf", "Cs"}


def text_problem(text: str, longest: int) -> str:
    """What is wrong with a text (as plain() gives it), or nothing: too-long, too-many-marks."""
    if len(text) > longest:
        return "too-long"
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.category(sign) in {"Mn", "Me", "Mc"} else 0
        if marks > MOST_MARKS:
            return "too-many-marks"
    return ""
