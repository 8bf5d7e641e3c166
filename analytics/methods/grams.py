"""A short text as numbers, and the subject that a fitted model reads from them: words, pairs of words, parts of words.

Features are TF-IDF (Salton and Buckley 1988) with 1 + log tf; words and letters each have length one, so that neither
drowns the other. The model is multinomial logistic regression.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, islice, pairwise

import numpy as np
import numpy.typing as npt

from analytics.methods.checks import Floats, MethodError
from geo.words import folded

LETTERS = (3, 4, 5)
LEAST_LETTERS = 10
LONGEST = 2_000
# Where fewer of a text's words are known it is in another language, or about what nobody has written of.
LEAST_KNOWN = 0.5

_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")
# A feature made of words begins so, one made of letters does not: no folded text holds this sign.
WORDS = "="

Vector = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Suggested:
    """The subject a text seems to be about, and how likely that is: 0 to 1."""

    label: str
    confidence: float


@dataclass(frozen=True, eq=False)
class Features:
    """The n features a model knows, those of words before those of letters, and for each the weight of being rare."""

    names: tuple[str, ...]
    idf: Vector

    @cached_property
    def place(self) -> Mapping[str, int]:
        """Where each feature stands."""
        return {name: i for i, name in enumerate(self.names)}

    @cached_property
    def words(self) -> int:
        """How many of them are made of words."""
        return sum(name[0] == WORDS for name in self.names)

    def of(self, text: str) -> tuple[Positions, Vector]:
        """Positions and values of the features in a cleaned text; none where most of its words are strange."""
        place, words = self.place, text.split()
        if sum(WORDS + word in place for word in set(words)) < LEAST_KNOWN * len(set(words)):
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        counts = {place[name]: n for name, n in counted(words).items() if name in place}
        at = np.fromiter(counts.keys(), np.int32, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self.idf[at]
        kind = (at < self.words).astype(np.int64)
        length = np.sqrt(np.bincount(kind, values * values, 2))
        return at, (values / np.where(length, length, 1)[kind]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Model:
    """What predicts one of `labels` (c of them) from n features.

    `weights` (n, c) and `bias` (c,) are those of the logistic regression; `slope` and `shift` turn the log-odds of its
    best label into those of its being right; below `threshold` nothing is suggested. Raises MethodError for numbers
    that do not fit together or are not finite.
    """

    labels: tuple[str, ...]
    features: Features
    weights: Vector
    bias: Vector
    slope: float
    shift: float
    threshold: float

    def __post_init__(self) -> None:
        n, c = len(self.features.names), len(self.labels)
        idf = self.features.idf
        if idf.shape != (n,) or self.weights.shape != (n, c) or self.bias.shape != (c,) or c < 2:
            raise MethodError(f"{n} features and {c} labels do not fit the model's numbers")
        held = (idf, self.weights, self.bias, np.array([self.slope, self.shift, self.threshold]))
        if not all(np.isfinite(values).all() for values in held):
            raise MethodError("the model holds numbers that are not finite")


def cleaned(text: str) -> str:
    """The words of a text as the model reads them: folded, every number the same number."""
    return _DIGITS.sub("0", folded(text[:LONGEST]))


def long_enough(text: str) -> bool:
    """Whether a text holds enough letters to be about anything."""
    return next(islice(_LETTER.finditer(text, 0, LONGEST), LEAST_LETTERS - 1, None), None) is not None


def counted(words: Sequence[str]) -> Counter[str]:
    """How often each feature stands in a row of cleaned words."""
    found = Counter([WORDS + word for word in words])
    found.update([f"{WORDS}{one} {two}" for one, two in pairwise(words)])
    found.update(chain.from_iterable(map(_parts, words)))
    return found


@lru_cache(maxsize=50_000)
def _parts(word: str) -> tuple[str, ...]:
    """Parts of a word of 3, 4 and 5 letters, its ends marked; of a long one the beginning only."""
    ends = f" {word[:40]} "
    return tuple(ends[i : i + n] for n in LETTERS for i in range(len(ends) - n + 1))


def predict(model: Model, text: str) -> Suggested | None:
    """The likeliest subject of a text with its confidence; nothing where the text is too short or too strange."""
    if not long_enough(text):
        return None
    at, values = model.features.of(cleaned(text))
    if not len(at):
        return None
    scores = values @ model.weights[at] + model.bias
    odds = log_odds(scores[None])
    return Suggested(model.labels[int(scores.argmax())], float(confidence(odds, model.slope, model.shift)[0]))


def suggest(model: Model, text: str) -> Suggested | None:
    """The same, and nothing where it is not sure enough."""
    found = predict(model, text)
    return found if found and found.confidence >= model.threshold else None


def log_odds(scores: npt.NDArray[np.floating]) -> Floats:
    """Log-odds of the best of c scores against all others together, for each of n rows."""
    sorted_scores = np.sort(scores.astype(np.float64), axis=1)
    best, rest = sorted_scores[:, -1], sorted_scores[:, :-1]
    return np.asarray(best - np.logaddexp.reduce(rest, axis=1))


def confidence(odds: Floats, slope: float, shift: float) -> Floats:
    """How likely each best label is right, from its log-odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(slope * odds + shift, -30, 30))))
