"""Learn from texts and their subjects to suggest a subject for a new text, and to keep silent where that is unsure.

Three parts that share no text: from the first the model is fitted, on the second its confidence is calibrated (Platt
1999, drawn towards the model's own probability where there is little to go by), on the third it is measured and the
threshold is set. The model that was measured is the one that is kept.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from analytics.methods.checks import Floats, Ints, MethodError, numbers, same_length
from analytics.methods.grams import WORDS, Features, Model, Vector, cleaned, confidence, counted, log_odds, long_enough
from analytics.methods.shares import wilson

LEAST_EXAMPLES = 30
HELD_OUT, CALIBRATED_ON = 0.25, 0.15
WANTED_PRECISION, LEAST_PRECISION = 0.8, 0.7
# What is less likely than this is not worth saying, whatever held-out texts allow: they are more like the texts that
# were learnt from than tomorrow's will be.
LEAST_CONFIDENCE = 0.7

# What fewer texts share is somebody's own, and not kept.
LEAST_TEXTS = 3
MOST_WORDS, MOST_PARTS = 15_000, 25_000
MOST_WEIGHTS = 2_000_000
STRENGTH = 5.0

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PerLabel:
    """One subject among the held-out texts: `n` are about it, `suggested` of all were said to be, `right` of these."""

    label: str
    n: int
    suggested: int
    right: int


@dataclass(frozen=True)
class Measured:
    """What came of it. `n` texts in all, `held_out` of them measured; `accuracy` if it always spoke.

    `coverage` is the part of held-out texts it speaks about, `precision` the part of these where it is right, `low`
    the lower end of that (Wilson, 95 %), `said` the mean confidence it gives. `silent` says why it never speaks.
    """

    n: int
    held_out: int
    labels: tuple[PerLabel, ...]
    accuracy: float
    threshold: float
    coverage: float
    precision: float
    low: float
    said: float
    silent: str = ""


@dataclass(frozen=True)
class Tuned:
    """The lowest confidence at which suggestions are right often enough; `silent` where there is none."""

    threshold: float
    coverage: float
    precision: float
    low: float
    silent: bool = False


def fit(texts: Sequence[str], labels: Sequence[str], *, seed: int) -> tuple[Model | None, Measured]:
    """A model of which subject a text is about, with what it is worth; no model where it should keep silent.

    Texts too short, and copies of an earlier text (numbers aside), are left out. Subjects with fewer than
    LEAST_EXAMPLES texts are never suggested; their held-out texts count against whatever is said of them.
    """
    same_length(texts=np.asarray(texts, object), labels=np.asarray(labels, object))
    words, about = _distinct(texts, labels)
    known = sorted(label for label, n in Counter(about).items() if n >= LEAST_EXAMPLES)
    if len(known) < 2:
        return None, _nothing(len(words), f"fewer than two subjects have {LEAST_EXAMPLES} different texts")
    place = {label: i for i, label in enumerate(known)}
    target = np.array([place.get(label, -1) for label in about], np.int64)
    part = _parts(about, np.random.default_rng(seed))
    learnt = np.flatnonzero((part == 0) & (target >= 0))
    features = _features([words[i] for i in learnt], _most(len(known)))
    if not features.names:
        return None, _nothing(len(words), "the texts share no words")
    matrix = _matrix(words, features)
    weights, bias = _fitted(matrix[learnt], target[learnt], len(known), seed)
    scores = matrix @ weights + bias
    odds, said = log_odds(scores), scores.argmax(axis=1)
    familiar = np.diff(matrix.indptr) > 0
    tried = familiar & (part == 1)
    slope, shift = calibrated(odds[tried], said[tried] == target[tried])
    held = part == 2
    sure = np.where(familiar, confidence(odds, slope, shift), 0.0)[held]
    tuned = tune(sure, said[held] == target[held], floor=_base_rate(target[held]))
    model = Model(tuple(known), features, weights, bias, slope, shift, tuned.threshold)
    measured = _measured(len(words), known, target[held], said[held], sure, tuned)
    return (None if tuned.silent else model), measured


def tune(sure: npt.ArrayLike, right: npt.ArrayLike, *, floor: float = 0.0) -> Tuned:
    """The threshold for n suggestions with their confidence (0 to 1) and whether each is right.

    At it, and for all that is as sure or surer, precision is at least WANTED_PRECISION with a Wilson lower end of at
    least LEAST_PRECISION and above `floor`, which is what always naming the commonest subject would earn.
    """
    values = numbers(sure, "confidence", least=0, most=1)
    good = np.asarray(right, bool)
    same_length(sure=values, right=good)
    order = np.argsort(-values, kind="stable")
    ranked, hits = values[order], np.cumsum(good[order])
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True)[: len(ranked)])
    for k in last[::-1]:
        if ranked[k] < LEAST_CONFIDENCE:
            continue
        n = int(k) + 1
        precision, low = hits[k] / n, float(wilson([hits[k]], [n])[0][0])
        if precision >= WANTED_PRECISION and low >= LEAST_PRECISION and low > floor:
            return Tuned(float(ranked[k]), n / len(values), float(precision), low)
    return Tuned(1.0, 0.0, 0.0, 0.0, silent=True)


def calibrated(odds: Floats, right: Bools) -> tuple[float, float]:
    """Slope and shift that turn log-odds into those of being right, by maximum likelihood.

    Nineteen made-up observations, at probabilities from 0.05 to 0.95 and each as right as it says, stand beside the
    real ones: where these say nothing, the model's own probability holds. The slope is never negative.
    """
    own = np.arange(1, 20) / 20
    x = np.concatenate([odds, np.log(own / (1 - own))])
    y = np.concatenate([right.astype(float), own])

    def loss(ab: Floats) -> tuple[float, Floats]:
        z = ab[0] * x + ab[1]
        p = 1 / (1 + np.exp(-np.clip(z, -30, 30)))
        return float(np.logaddexp(0, z).sum() - y @ z), np.array([(p - y) @ x, (p - y).sum()])

    found = optimize.minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, 20), (-20, 20)])
    return float(found.x[0]), float(found.x[1])


def _distinct(texts: Sequence[str], labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Cleaned texts that say something, each once under the label it had first, and their labels."""
    first: dict[str, str] = {}
    for text, label in zip(texts, labels, strict=True):
        if long_enough(text):
            first.setdefault(cleaned(text), label)
    return list(first), list(first.values())


def _parts(labels: Sequence[str], rng: np.random.Generator) -> Ints:
    """For each text the part it falls in, alike for every label: 0 to learn from, 1 to calibrate on, 2 to measure."""
    part = np.zeros(len(labels), np.int64)
    of = np.asarray(labels, object)
    for label in sorted(set(labels)):
        rows = rng.permutation(np.flatnonzero(of == label))
        held, kept = round(len(rows) * HELD_OUT), round(len(rows) * CALIBRATED_ON)
        part[rows[:held]], part[rows[held : held + kept]] = 2, 1
    return part


def _most(labels: int) -> tuple[int, int]:
    """How many features of words and of letters a model of so many labels may have."""
    share = min(1.0, MOST_WEIGHTS / (labels * (MOST_WORDS + MOST_PARTS)))
    return int(MOST_WORDS * share), int(MOST_PARTS * share)


def _features(texts: Sequence[str], most: tuple[int, int]) -> Features:
    """The commonest features that several texts share."""
    held: Counter[str] = Counter()
    for text in texts:
        held.update(counted(text.split()).keys())
    shared = sorted((item for item in held.items() if item[1] >= LEAST_TEXTS), key=lambda item: (-item[1], item[0]))
    words = [name for name, _ in shared if name[0] == WORDS][: most[0]]
    parts = [name for name, _ in shared if name[0] != WORDS][: most[1]]
    n = np.array([held[name] for name in (*words, *parts)], np.float64)
    return Features((*words, *parts), (np.log((1 + len(texts)) / (1 + n)) + 1).astype(np.float32))


def _matrix(texts: Iterable[str], features: Features) -> sparse.csr_matrix:
    rows = [features.of(text) for text in texts]
    ends = np.cumsum([0, *(len(at) for at, _ in rows)])
    values, columns = (np.concatenate([row[k] for row in rows]) for k in (1, 0))
    return sparse.csr_matrix((values, columns, ends), shape=(len(rows), len(features.names)))


def _fitted(matrix: sparse.csr_matrix, target: Ints, labels: int, seed: int) -> tuple[Vector, Vector]:
    """Weights and bias, every label counting the same; as rounded as they will be kept."""
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=200, tol=1e-3, random_state=seed)
    # One thread: on so small products several wait for each other longer than they work, and add up in any order.
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore", ConvergenceWarning)  # what it is worth is measured, not presumed
        model.fit(matrix, target)
    if len(model.classes_) != labels:
        raise MethodError(f"{labels} labels wanted, {len(model.classes_)} were learnt")
    weights, bias = model.coef_.T, model.intercept_
    if labels == 2:
        weights, bias = np.hstack([-weights / 2, weights / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    return weights.astype(np.float16).astype(np.float32), bias.astype(np.float32)


def _base_rate(target: Ints) -> float:
    return float(np.bincount(target + 1).max() / len(target)) if len(target) else 1.0


def _measured(n: int, known: Sequence[str], target: Ints, said: Ints, sure: Floats, tuned: Tuned) -> Measured:
    spoken = np.zeros(len(sure), bool) if tuned.silent else sure >= tuned.threshold
    right = said == target
    rows = tuple(
        PerLabel(
            label,
            int((target == i).sum()),
            int((spoken & (said == i)).sum()),
            int((spoken & right & (said == i)).sum()),
        )
        for i, label in enumerate(known)
    )
    return Measured(
        n=n,
        held_out=len(sure),
        labels=rows,
        accuracy=float(right.mean()) if len(right) else 0.0,
        threshold=tuned.threshold,
        coverage=tuned.coverage,
        precision=tuned.precision,
        low=tuned.low,
        said=float(sure[spoken].mean()) if spoken.any() else 0.0,
        silent="held-out texts do not bear it out" if tuned.silent else "",
    )


def _nothing(n: int, why: str) -> Measured:
    return Measured(n, 0, (), 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, why)
