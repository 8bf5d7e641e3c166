"""Answers that repeat what a resident wrote are told from those that do not."""

import pytest

from issues.quoting import quotes

WRITTEN = ["Lampa din fața casei familiei Marinescu, de pe Zorilor 128, nu arde", "pe colt", "cod 8841X"]


@pytest.mark.parametrize(
    "answer",
    [
        "Lampa de la familiei Marinescu a fost schimbată.",
        "Doamnă Marinescu, am trecut pe acolo.",
        "Echipa a fost la numărul 128.",
        "Ați scris: „nu arde lampa din fata casei”.",
        "Stâlpul 8841X este al companiei.",
        "Am fost pe colț, nu am găsit nimic.",
        "Vă sunăm la 0722 123 456.",
        "DIN FAȚA CASEI lampa arde.",
    ],
)
def test_a_quoting_answer_is_seen(answer):
    assert quotes(answer, WRITTEN)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "  ",
        "Rezolvat.",
        "Lampa a fost schimbată.",
        "Lucrarea este planificată luna viitoare.",
        "Nu este a noastră.",
    ],
)
def test_an_answer_of_its_own_is_left(answer):
    assert not quotes(answer, WRITTEN)


def test_nothing_written_is_quoted_by_nothing():
    assert not quotes("Rezolvat azi.", ["", " "])
