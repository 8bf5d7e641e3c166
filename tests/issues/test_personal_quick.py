"""No text takes long to look through, whoever made it, and the city's own words raise no alarm."""

import time
import tomllib

import pytest
from django.conf import settings
from hypothesis import example, given
from hypothesis import strategies as st

from geo.written import plain
from issues.drafts import LONGEST_TEXT
from neighborhoods.personal import personal_kinds, spans

# Each makes some rule begin again and again.
REPEATED = ["0 ", "1", "07 22 ", "1-", "+1 ", "(0", "a@", "@a.", "a.b@", " at ", "[at]", "a [at] b dot "]
REPEATED += ["TM 12 A", "B12", "b 1 ", "RO49 ", "RO49A", "x", "\u0300", "٠ ", "ion@gmail ", "0256/", "1.2.2024 "]


@pytest.mark.parametrize("piece", REPEATED)
def test_the_worst_texts_grow_with_their_length_alone(piece):
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        started = time.process_time()
        spans(text)
        return time.process_time() - started

    seconds(100)
    short, long = min(seconds(LONGEST_TEXT) for _ in range(3)), min(seconds(8 * LONGEST_TEXT) for _ in range(3))
    assert short < 0.5
    assert long < 20 * short + 0.05  # 8 times the text; 64 times the work would be a square


@given(st.text(alphabet="07@.-/ ()+ABTMabc12\u200b٣\n", max_size=300))
@example("TM12ABC@" * 30)
def test_spans_lie_in_the_text_and_in_order(text):
    found = spans(text)
    assert list(found) == sorted(found)
    assert all(0 <= s.start < s.end <= len(text) for s in found)


@given(st.text(max_size=200))
def test_what_is_withheld_does_not_hang_on_signs_nobody_sees(text):
    assert personal_kinds(plain(text)) == personal_kinds(plain("\u200b".join(text)))


def test_the_words_of_the_city_and_its_demo_raise_no_alarm():
    recipe = settings.FIXTURES / "demo" / f"{settings.CITY.slug}.toml"
    words = [text for text in _texts(tomllib.loads(recipe.read_text(encoding="utf-8")))]
    city = settings.FIXTURES / "cities" / f"{settings.CITY.slug}.toml"
    words += [text for text in _texts(tomllib.loads(city.read_text(encoding="utf-8")))]
    assert len(words) > 200
    assert [text for text in words if personal_kinds(text)] == []


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
