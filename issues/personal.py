"""Personal data in a text: found by form, so that a person can look before the public does; pure."""

from __future__ import annotations


def personal_kinds(text: str) -> frozenset[str]:
    """The kinds of personal data a text seems to hold: email, phone, cnp, plate."""
    return frozenset()
