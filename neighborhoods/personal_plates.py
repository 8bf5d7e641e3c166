"""Romanian number plates in a text as a person reads it; pure, in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

_CODE = (
    "(?:AB|AR|AG|BC|BH|BN|BT|BV|BR|BZ|CS|CL|CJ|CT|CV|DB|DJ|GL|GR|GJ|HR|HD|IL|IS|IF|MM|MH|MS|NT|OT|PH|SM|SJ|SB|SV|TR|TM|"
    "TL|VS|VL|VN)"
)
_GAP = r"[ ]{0,2}[-.·_/]?[ ]{0,2}"
_DIGITS = re.compile(r"\d+")
# What stands before and after the digits of a plate. Looking from the digits is quick: most texts have few.
_BEFORE = re.compile(rf"(?<![^\W_])(B|{_CODE}){_GAP}$", re.I)
_AFTER = re.compile(rf"{_GAP}([A-Z]{{3}})(?![^\W_])", re.I)
_LONGEST_BEFORE = 8

# Three letters that are a word oftener than the end of a plate.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    ani are azi bai bar bis bun cal cam can car cat cea cei cel cum dar dau des din doi dus est fac fel fie fir for
    fum fur gol has hai hrs iar int iti its lac las lei loc lor lui mai mal mas mea mei meu mic mie min mod not nou
    noi nor nul ore ori out pas pat per pet pic plm pod pom pot pre pun rau rea rod rog rol ros rup sac sar sau sat
    sec sed set sir sta str sub suc sud sus tau tei tot toc una uni unu vad van val via vin voi vor
    zac zel zid zis ziu ian feb mar apr iun iul aug sep oct dec jan jun jul nov mil
    all and any apt ave but bus day deg did end far few fix get got had her him his hot how let lot low man men met
    mid min new nor now off old one our own pay per put ran red run sat saw say see she sit six ten the tie too top
    try two use was way wet who why yes yet you
    """,
    )
)


def plates(text: str) -> Iterator[tuple[int, int]]:
    """Number plates in any spelling: the usual ones, and red ones, which have digits alone."""
    for digits in _DIGITS.finditer(text):
        before = _BEFORE.search(text[max(0, digits.start() - _LONGEST_BEFORE) : digits.start()])
        if before is None:
            continue
        start = digits.start() - len(before.group())
        after = _AFTER.match(text, digits.end())
        if _red(before[1], digits.group()) and not text[digits.end() : digits.end() + 1].isalnum():
            yield start, digits.end()
        two_or_three = len(digits.group()) in {2, 4 - len(before[1])}  # three only after the B of Bucharest
        if two_or_three and after and _meant(text, text[start : after.end()], after[1]):
            yield start, after.end()


def _red(code: str, digits: str) -> bool:
    """For a time only: the county in capitals and digits that begin with a nought."""
    return code.isupper() and digits[0] == "0" and 3 <= len(digits) <= 6


def _meant(text: str, found: str, letters: str) -> bool:
    """Whether a row of signs is a plate. With spaces between it may be words: "blocul B 12 are"; capitals are taken at
    their word unless the whole text shouts."""
    if " " not in found or letters.lower() not in _WORDS:
        return True
    return found.isupper() and not _shouts(text)


def _shouts(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) > 24 and sum(map(str.isupper, letters)) > 0.6 * len(letters)
