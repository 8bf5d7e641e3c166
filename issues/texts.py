"""Texts of many rows at once: the words a search may find them by, and which of them a person must see first; pure."""

from __future__ import annotations

from functools import reduce

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geo.words import folded
from neighborhoods.personal import HINT, personal_kinds

# Texts of these signs alone are read by Arrow, exactly as geo.words and neighborhoods.personal would read them; what
# else there is, row by row.
_LATIN, _MARKS = r"\x00-\x7F\xA0-\xAC\xAE-\x{17F}", r"\x{300}-\x{344}\x{346}-\x{34E}\x{350}-\x{36F}"
_PLAIN = rf"^[{_LATIN}{_MARKS}\x{{2010}}-\x{{2027}}\x{{2030}}-\x{{203A}}]*$"
_NO_WORD = r"[^\pL\pN_]+"
_BLANK = pa.scalar(" ", pa.large_string())
_NOTHING = pa.scalar("", pa.large_string())


def folded_rows(*columns: pa.Array) -> pa.Array:
    """Columns of n texts (large_string, none missing) -> n texts: the folded words of each row's texts together."""
    return pc.utf8_ltrim_whitespace(pc.binary_join_element_wise(*map(_folded, columns), _NOTHING))


def personal_rows(*columns: pa.Array) -> npt.NDArray[np.bool_]:
    """Which of n rows hold personal data in any of their texts (columns as above)."""
    return reduce(np.logical_or, (_personal(column) for column in columns))


def _folded(column: pa.Array) -> pa.Array:
    """The words of one column, each distinct text folded once; a blank goes before them where there are any."""
    coded = column.dictionary_encode()
    texts = coded.dictionary
    words = pc.replace_substring_regex(pc.utf8_lower(_bare(texts)), _NO_WORD, " ")
    words = pc.utf8_trim_whitespace(words)
    others = pc.invert(pc.and_(pc.string_is_ascii(words), pc.match_substring_regex(texts, _PLAIN)))
    if pc.any(others).as_py():
        one_by_one = [folded(text) for text in texts.filter(others).to_pylist()]
        words = pc.replace_with_mask(words, others, pa.array(one_by_one, pa.large_string()))
    spaced = pc.binary_join_element_wise(_NOTHING, words, _BLANK)
    return pc.if_else(pc.equal(words, ""), words, spaced).take(coded.indices)


def _personal(column: pa.Array) -> npt.NDArray[np.bool_]:
    """Which rows of one column hold personal data; only texts that give a hint of it are looked at closely."""
    coded = column.dictionary_encode()
    texts = coded.dictionary
    hinted = pc.or_(pc.match_substring_regex(_bare(texts), HINT), pc.invert(pc.match_substring_regex(texts, _PLAIN)))
    found: npt.NDArray[np.bool_] = hinted.to_numpy(zero_copy_only=False).copy()
    found[found] = [bool(personal_kinds(text)) for text in texts.filter(hinted).to_pylist()]
    rows: npt.NDArray[np.bool_] = found[coded.indices.to_numpy()]
    return rows


def _bare(texts: pa.Array) -> pa.Array:
    """Texts without marks."""
    return pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKD"), r"\pM+", "")
