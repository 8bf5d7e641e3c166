import numpy as np
import pytest

from analytics.methods.checks import MethodError
from analytics.methods.grams import (
    LONGEST,
    Features,
    Model,
    cleaned,
    confidence,
    counted,
    log_odds,
    long_enough,
    predict,
    suggest,
)

NAMES = ("=becul", "=ars", "=becul ars", " be", "ars")


def features(idf=(1, 1, 2, 1, 1)):
    return Features(NAMES, np.array(idf, np.float32))


def model(threshold=0.6, weights=((3, 0), (0, 0), (0, 0), (0, 1), (0, 0)), **changes):
    values = {
        "labels": ("lighting", "roads"),
        "features": features(),
        "weights": np.array(weights, np.float32),
        "bias": np.zeros(2, np.float32),
        "slope": 1.0,
        "shift": 0.0,
        "threshold": threshold,
    }
    return Model(**(values | changes))


def test_a_text_is_read_without_marks_case_and_numbers():
    assert cleaned("Groapă, la nr. 12 și 0722-123") == "groapa la nr 0 si 0 0"


@pytest.mark.parametrize(
    "text, right", [("abcdefghij", True), ("abcdefghi", False), ("1234567890123", False), ("", False)]
)
def test_ten_letters_are_enough(text, right):
    assert long_enough(text) is right


def test_letters_far_behind_are_not_read():
    assert not long_enough("." * LONGEST + "abcdefghijkl")


def test_words_pairs_and_parts_are_counted():
    found = counted(["bec", "ars", "bec"])
    assert found["=bec"] == 2
    assert (found["=bec ars"], found["=ars bec"]) == (1, 1)
    assert (found[" be"], found["bec "], found[" bec "]) == (2, 2, 2)
    assert " b" not in found


def test_words_and_letters_each_have_length_one():
    at, values = features().of("becul ars")
    words = at < 3
    assert sorted(at.tolist()) == [0, 1, 2, 3, 4]
    assert (values[words] ** 2).sum() == pytest.approx(1)
    assert (values[~words] ** 2).sum() == pytest.approx(1)
    assert values[at == 2][0] == pytest.approx(2 / np.sqrt(6))


def test_a_word_said_twice_weighs_more_but_not_twice():
    at, values = features().of("becul becul ars")
    twice, once = values[at == 0][0], values[at == 1][0]
    assert twice / once == pytest.approx(1 + np.log(2))


def test_a_text_of_strange_words_has_no_features():
    assert len(features().of("becul este stricat")[0]) == 0
    assert len(features().of("becul stricat")[0]) > 0


def test_the_log_odds_are_those_of_the_softmax():
    scores = np.array([[2.0, 1.0, -1.0], [0.0, 0.0, 0.0]])
    best = np.exp(scores).max(axis=1) / np.exp(scores).sum(axis=1)
    assert log_odds(scores) == pytest.approx(np.log(best / (1 - best)))
    assert confidence(log_odds(scores), 1.0, 0.0) == pytest.approx(best)


def test_confidence_never_runs_over():
    assert confidence(np.array([-1e9, 1e9]), 20.0, 20.0) == pytest.approx([0, 1], abs=1e-12)


def test_the_likeliest_subject_is_suggested_where_it_is_likely_enough():
    found = predict(model(), "Becul e stricat, becul!")
    assert found is None, "two words of three are strange"
    found = predict(model(), "Becul, becul ars")
    assert found.label == "lighting"
    assert 0.5 < found.confidence < 1
    assert suggest(model(threshold=found.confidence), "Becul, becul ars") == found
    assert suggest(model(threshold=found.confidence + 1e-6), "Becul, becul ars") is None


@pytest.mark.parametrize("text", ["", "becul", "12345678901234567890", "\x00\ud800" * 900, "🙂" * 2000])
def test_what_says_nothing_gets_no_suggestion(text):
    assert predict(model(), text) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": ("lighting",)},
        {"weights": np.zeros((4, 2), np.float32)},
        {"bias": np.array([np.nan, 0], np.float32)},
        {"slope": float("inf")},
        {"features": Features(NAMES, np.ones(4, np.float32))},
    ],
)
def test_numbers_that_do_not_fit_make_no_model(wrong):
    with pytest.raises(MethodError):
        model(**wrong)
