"""Tracking numbers: short, without an order anybody could guess, and never needing a column of their own.

A number is the issue's primary key sent through a four-round Feistel network over 40 bits (Luby and Rackoff 1988: a
permutation, so no two keys share a number) and written in Crockford's base 32, which has no letters that look alike.
A mistyped number almost surely names no issue: of 2^40 numbers only as many are taken as there are issues.
"""

from __future__ import annotations

import hashlib

HALF_BITS = 20
ROUNDS = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = 8
_MASK = (1 << HALF_BITS) - 1
# As Crockford reads them: what a person may have written for what was meant.
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", **dict.fromkeys("-‐‑‒–— \u00a0", "")})


class NotANumberError(ValueError):
    """A text that is no tracking number; the message says how one looks."""


def number_of(pk: int, key: bytes) -> str:
    """The tracking number of a primary key (1 to 2^40 - 1), as "K7QF-2M9X"; the key is any bytes, the city's own."""
    if not 0 < pk < 1 << (2 * HALF_BITS):
        raise ValueError(f"no tracking number for the key {pk}")
    left, right = pk >> HALF_BITS, pk & _MASK
    for turn in range(ROUNDS):
        left, right = right, left ^ _mixed(right, turn, key)
    value = left << HALF_BITS | right
    letters = "".join(ALPHABET[value >> 5 * place & 31] for place in reversed(range(LETTERS)))
    return f"{letters[:4]}-{letters[4:]}"


def pk_of(number: str, key: bytes) -> int:
    """The primary key a tracking number stands for, in any case, with or without the hyphen.

    Raises NotANumberError where the text cannot be a number at all.
    """
    letters = number.strip().upper().translate(_MEANT)
    if len(letters) != LETTERS or any(letter not in ALPHABET for letter in letters):
        raise NotANumberError(f"{number!r} is no tracking number; one has eight letters and digits, as in K7QF-2M9X")
    value = 0
    for letter in letters:
        value = value << 5 | ALPHABET.index(letter)
    left, right = value >> HALF_BITS, value & _MASK
    for turn in reversed(range(ROUNDS)):
        left, right = right ^ _mixed(left, turn, key), left
    return left << HALF_BITS | right


def _mixed(half: int, turn: int, key: bytes) -> int:
    digest = hashlib.blake2b(half.to_bytes(4, "big") + bytes([turn]), key=key, digest_size=4).digest()
    return int.from_bytes(digest, "big") & _MASK
