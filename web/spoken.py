"""Words that are given by language, as in the city's file, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language


def spoken(words: Mapping[str, str]) -> str:
    """Words in the language of the page, else in the first there is."""
    return words.get(get_language() or "") or next(iter(words.values()), "")
