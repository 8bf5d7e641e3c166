"""Learning subjects from texts: right as often as it says, and silent where there is nothing to learn."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.methods.checks import MethodError
from analytics.methods.grams import cleaned, predict, suggest
from analytics.methods.shares import wilson
from analytics.methods.suggestion import (
    LEAST_CONFIDENCE,
    LEAST_PRECISION,
    WANTED_PRECISION,
    _distinct,
    _parts,
    calibrated,
    fit,
    tune,
)

OWN = {
    "lighting": ["becul", "felinar", "intuneric", "lampa", "stalp", "lumina"],
    "roads": ["groapa", "asfalt", "trotuar", "bordura", "denivelat", "carosabil"],
    "cleaning": ["gunoi", "pubela", "maturat", "frunze", "cos", "deseuri"],
}
COMMON = ["pe", "strada", "este", "un", "de", "ieri", "langa", "scoala", "va", "rog", "nu", "mai", "trece", "nimeni"]


def spoken(n=400, seed=3, clear=0.9, own=OWN):
    """n texts of eight words; of a share `clear` two words are of the subject's own, of the others none is."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(sorted(own), n).tolist()
    texts = []
    for label in labels:
        words = list(rng.choice(COMMON, 6))
        words += list(rng.choice(own[label], 2)) if rng.random() < clear else list(rng.choice(COMMON, 2))
        texts.append(" ".join(rng.permutation(words)))
    return texts, labels


def test_subjects_are_learnt_and_measured_on_texts_never_seen():
    texts, labels = spoken()
    model, measured = fit(texts, labels, seed=1)
    assert model is not None
    assert measured.accuracy > 0.85
    assert measured.precision >= WANTED_PRECISION
    assert measured.low >= LEAST_PRECISION
    assert measured.coverage > 0.7
    fresh, about = spoken(seed=99)
    said = [(suggest(model, text), label) for text, label in zip(fresh, about, strict=True)]
    right = [found.label == label for found, label in said if found]
    assert np.mean(right) > 0.9
    assert len(right) / len(fresh) == pytest.approx(measured.coverage, abs=0.15)


def test_the_confidence_that_is_said_is_about_how_often_it_is_right():
    texts, labels = spoken(2_000, clear=0.6)
    model, measured = fit(texts, labels, seed=1)
    assert measured.said == pytest.approx(measured.precision, abs=0.06)
    fresh, about = spoken(2_000, seed=99, clear=0.6)
    found = [predict(model, text) for text in fresh]
    sure = np.array([one.confidence if one else 0 for one in found])
    right = np.array([bool(one) and one.label == label for one, label in zip(found, about, strict=True)])
    for low, high in ((0.2, 0.6), (0.8, 1.0)):
        inside = (sure >= low) & (sure < high)
        assert right[inside].mean() == pytest.approx(sure[inside].mean(), abs=0.1)


def test_shuffled_subjects_make_it_silent():
    texts, labels = spoken()
    shuffled = np.random.default_rng(5).permutation(labels).tolist()
    model, measured = fit(texts, shuffled, seed=1)
    assert model is None
    assert measured.silent == "held-out texts do not bear it out"
    assert (measured.coverage, measured.accuracy < 0.5) == (0, True)


def test_shuffled_subjects_of_which_one_is_most_make_it_silent_too():
    texts, _labels = spoken(600)
    labels = ["roads"] * 520 + ["lighting"] * 80
    shuffled = np.random.default_rng(5).permutation(labels).tolist()
    assert fit(texts, shuffled, seed=1)[0] is None


def test_the_same_texts_and_seed_give_the_same_model():
    one, _ = fit(*spoken(), seed=1)
    two, _ = fit(*spoken(), seed=1)
    assert one.features.names == two.features.names
    assert (one.weights == two.weights).all()
    assert (one.slope, one.shift, one.threshold) == (two.slope, two.shift, two.threshold)


def test_copies_are_one_text_and_cannot_stand_on_both_sides():
    texts, labels = _distinct(
        ["Groapă la nr. 12!", "groapa la nr 7", "GROAPA LA NR", "scurt"], ["roads", "lighting", "roads", "roads"]
    )
    assert (texts, labels) == (["groapa la nr 0", "groapa la nr"], ["roads", "roads"])


def test_copies_alone_teach_nothing():
    model, measured = fit(
        ["Becul este ars pe strada"] * 500 + ["Groapa in asfalt aici"] * 500, ["a"] * 500 + ["b"] * 500, seed=1
    )
    assert model is None
    assert measured.n == 2
    assert "fewer than two subjects have 30 different texts" in measured.silent


def test_a_subject_with_few_texts_is_never_suggested_and_its_texts_count_against():
    texts, labels = spoken(300)
    rare = [f"canal infundat {a} {b}" for a in COMMON[:5] for b in COMMON[:5]]
    model, measured = fit([*texts, *rare], [*labels, *["water"] * len(rare)], seed=1)
    assert "water" not in model.labels
    assert measured.held_out > sum(row.n for row in measured.labels)
    assert measured.accuracy < fit(texts, labels, seed=1)[1].accuracy


def test_two_subjects_are_enough():
    texts, labels = spoken(own={k: OWN[k] for k in ("roads", "lighting")})
    model, _measured = fit(texts, labels, seed=1)
    assert suggest(model, "o groapa in asfalt langa scoala").label == "roads"
    assert suggest(model, "un stalp fara lumina este langa scoala").label == "lighting"


def test_what_one_person_alone_wrote_is_not_kept():
    texts, labels = spoken()
    texts[:2] = [f"{texts[0]} Popescu", f"{texts[1]} Popescu"]
    model, _measured = fit(texts, labels, seed=1)
    assert not [name for name in model.features.names if "popescu" in name]


@pytest.mark.parametrize("texts", [[], ["scurt"], ["o groapa mare in asfalt"]])
def test_too_little_is_an_answer(texts):
    model, measured = fit(texts, ["roads"] * len(texts), seed=1)
    assert model is None
    assert measured.silent


def test_texts_and_labels_must_pair():
    with pytest.raises(MethodError, match="texts 1, labels 2"):
        fit(["o groapa mare in asfalt"], ["a", "b"], seed=1)


def test_every_subject_is_parted_alike():
    labels = ["a"] * 40 + ["b"] * 400
    part = _parts(labels, np.random.default_rng(0))
    counts = Counter(zip(labels, part.tolist(), strict=True))
    assert [counts["a", k] for k in range(3)] == [24, 6, 10]
    assert [counts["b", k] for k in range(3)] == [240, 60, 100]


def test_the_threshold_is_the_lowest_at_which_enough_is_right():
    sure = np.array([0.95] * 40 + [0.9] * 40 + [0.8] * 40 + [0.75] * 40)
    right = np.array([True] * 78 + [False] * 2 + [True] * 30 + [False] * 50)
    tuned = tune(sure, right)
    assert tuned.threshold == 0.8
    assert (tuned.coverage, tuned.precision) == (0.75, pytest.approx(right[:120].mean()))


def test_below_the_least_confidence_nothing_is_said_however_right():
    assert tune(np.full(100, LEAST_CONFIDENCE - 0.01), np.ones(100, bool)).silent
    assert not tune(np.full(100, LEAST_CONFIDENCE), np.ones(100, bool)).silent


def test_few_right_ones_prove_nothing():
    assert tune(np.full(8, 0.9), np.ones(8, bool)).silent
    assert not tune(np.full(9, 0.9), np.ones(9, bool)).silent


def test_it_must_do_better_than_always_naming_the_commonest():
    right = np.array([True] * 85 + [False] * 15)
    assert not tune(np.full(100, 0.9), right).silent
    assert tune(np.full(100, 0.9), right, floor=0.85).silent


def test_nothing_to_tune_on_is_silent():
    assert tune([], []).silent


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=60))
def test_the_threshold_is_what_trying_them_all_finds(pairs):
    sure = np.array([s / 20 for s, _ in pairs])
    right = np.array([r for _, r in pairs], bool)
    passing = []
    for level in sorted(set(sure.tolist())):
        chosen = right[sure >= level]
        low = wilson([chosen.sum()], [len(chosen)])[0][0]
        if level >= LEAST_CONFIDENCE and chosen.mean() >= WANTED_PRECISION and low >= LEAST_PRECISION:
            passing.append(level)
    tuned = tune(sure, right)
    assert tuned.silent is not bool(passing)
    if passing:
        assert tuned.threshold == passing[0]


def test_confidence_is_drawn_to_what_was_seen():
    rng = np.random.default_rng(1)
    odds = rng.normal(0.5, 1.5, 4_000)
    right = rng.random(4_000) < 1 / (1 + np.exp(-(1.8 * odds - 0.7)))
    assert calibrated(odds, right) == (pytest.approx(1.8, abs=0.2), pytest.approx(-0.7, abs=0.15))


def test_with_little_seen_the_models_own_probability_holds():
    assert calibrated(np.zeros(0), np.zeros(0, bool)) == (pytest.approx(1), pytest.approx(0, abs=1e-6))
    _slope, shift = calibrated(np.full(200, 4.0), np.ones(200, bool))
    assert 1 / (1 + np.exp(-shift)) < 0.65, "two hundred easy ones say little of a text at even odds"


def test_odds_that_mean_nothing_are_flattened():
    rng = np.random.default_rng(2)
    slope, _shift = calibrated(rng.normal(0, 2, 3_000), rng.random(3_000) < 0.3)
    assert slope == pytest.approx(0, abs=0.06)


def test_numbers_in_a_text_do_not_tell_copies_apart():
    assert cleaned("Groapă la nr. 12") == cleaned("groapa la nr 345")
