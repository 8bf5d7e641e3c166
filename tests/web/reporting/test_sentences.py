"""Each sentence with a number, word for word, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils.translation import override

from analytics.results import Answered, Cluster, Hotspot, RankedArea, Theme
from web.reporting import sentences as s

Case = tuple[Callable[[], str], str, str]


def theme(n: int | None, before: int | None, name: str = "Lighting", **more: object) -> Theme:
    return Theme(name.lower(), {"ro": name, "en": name}, n, None, None, None, before, **more)


def answered(opened: int, closed: int, days: float | None = None, low: float | None = None, high: float | None = None):
    return Answered(opened, closed, opened - closed, days, low, high)


def ranked(rank: float, low: float, high: float, of: int = 32) -> RankedArea:
    return RankedArea("a", "A", None, 20, 14.5, 1.4, rank, low, high, of, 0.1)


PLURALS: list[Case] = [
    (lambda: s.issues(0), "0 issues", "0 sesizări"),
    (lambda: s.issues(1), "1 issue", "1 sesizare"),
    (lambda: s.issues(2), "2 issues", "2 sesizări"),
    (lambda: s.issues(19), "19 issues", "19 sesizări"),
    (lambda: s.issues(20), "20 issues", "20 de sesizări"),
    (lambda: s.issues(101), "101 issues", "101 sesizări"),
    (lambda: s.issues(119), "119 issues", "119 sesizări"),
    (lambda: s.issues(120), "120 issues", "120 de sesizări"),
    (lambda: s.issues(1200), "1,200 issues", "1.200 de sesizări"),
    (lambda: s.problems(1), "1 problem", "1 problemă"),
    (lambda: s.problems(2), "2 problems", "2 probleme"),
    (lambda: s.problems(20), "20 problems", "20 de probleme"),
    (lambda: s.people(5), "5 people", "5 oameni"),
    (lambda: s.people(20), "20 people", "20 de oameni"),
]

CHANGES: list[Case] = [
    (
        lambda: s.change(5, None),
        "There is no earlier period to compare with.",
        "Nu există o perioadă anterioară pentru comparație.",
    ),
    (lambda: s.change(40, 40), "No change on the period before.", "La fel ca în perioada anterioară."),
    (lambda: s.change(0, 0), "No change on the period before.", "La fel ca în perioada anterioară."),
    (
        lambda: s.change(4, 0),
        "In the period before there was none. The numbers are small.",
        "În perioada anterioară nu a fost niciuna. Cifrele sunt mici.",
    ),
    (
        lambda: s.change(81, 80),
        "That is 1 more than in the period before (+1%).",
        "Cu 1 problemă mai mult decât în perioada anterioară (+1%).",
    ),
    (
        lambda: s.change(90, 88),
        "That is 2 more than in the period before (+2%).",
        "Cu 2 probleme mai mult decât în perioada anterioară (+2%).",
    ),
    (
        lambda: s.change(120, 100),
        "That is 20 more than in the period before (+20%).",
        "Cu 20 de probleme mai mult decât în perioada anterioară (+20%).",
    ),
    (
        lambda: s.change(201, 100),
        "That is 101 more than in the period before (+101%).",
        "Cu 101 probleme mai mult decât în perioada anterioară (+101%).",
    ),
    (
        lambda: s.change(18, 19),
        "That is 1 fewer than in the period before (19 then).",
        "Cu 1 problemă mai puțin decât în perioada anterioară (atunci 19).",
    ),
    (
        lambda: s.change(60, 79),
        "That is 19 fewer than in the period before (−24%).",
        "Cu 19 probleme mai puțin decât în perioada anterioară (−24%).",
    ),
    (
        lambda: s.change(0, 20),
        "That is 20 fewer than in the period before (−100%).",
        "Cu 20 de probleme mai puțin decât în perioada anterioară (−100%).",
    ),
    (
        lambda: s.change(3, 5),
        "That is 2 fewer than in the period before (5 then). The numbers are small.",
        "Cu 2 probleme mai puțin decât în perioada anterioară (atunci 5). Cifrele sunt mici.",
    ),
]

TABLE: list[Case] = [
    (lambda: s.change_figure(theme(40, 31)), "+9 (31 before)", "+9 (înainte 31)"),
    (lambda: s.change_figure(theme(12, 19)), "−7 (19 before)", "−7 (înainte 19)"),
    (lambda: s.change_figure(theme(5, 5)), "no change", "la fel"),
    (lambda: s.change_figure(theme(5, None)), "withheld", "ascuns"),
    (lambda: s.change_figure(theme(None, 5, withheld=True)), "withheld", "ascuns"),
    (lambda: s.share_figure(Theme("a", {}, 1, 1 / 3, 0.244, 0.436, 1)), "33% (24 to 44)", "33% (24–44)"),
    (lambda: s.share_figure(Theme("a", {}, 1, 0.001, 0.0, 0.02, 1)), "<1% (0 to 2)", "<1% (0–2)"),
]

THEMES: list[Case] = [
    (lambda: s.most_often([]), "So there are no themes to name.", "Așa că nu avem ce teme să numim."),
    (
        lambda: s.most_often([theme(None, None, withheld=True), theme(0, 3)]),
        "So there are no themes to name.",
        "Așa că nu avem ce teme să numim.",
    ),
    (
        lambda: s.most_often([theme(30, 1), theme(60, 1, "Roads")]),
        "Most often: Roads, 60 of 90 (67%).",
        "Cel mai des: Roads, 60 din 90 (67%).",
    ),
    (
        lambda: s.most_often([theme(3, 1), theme(3, 1, "Roads"), theme(3, 1, "Parks"), theme(1, 1, "Noise")]),
        "Most often: Lighting, Roads and Parks, 3 each.",
        "Cel mai des: Lighting, Roads și Parks, câte 3.",
    ),
    (
        lambda: s.most_often([theme(1, 1, name) for name in "ABCD"]),
        "No theme stands out: several have 1 each.",
        "Nicio temă nu iese în față: mai multe au câte 1.",
    ),
]

ANSWERS: list[Case] = [
    (
        lambda: s.answer(answered(0, 0)),
        "No problem was opened, so there was nothing to answer.",
        "Nu s-a deschis nicio problemă, deci nu a fost nimic de răspuns.",
    ),
    (lambda: s.answer(answered(1, 1, 3.0)), "The one problem is closed.", "Singura problemă este închisă."),
    (lambda: s.answer(answered(1, 0)), "The one problem is still open.", "Singura problemă este încă deschisă."),
    (
        lambda: s.answer(answered(20, 1)),
        "1 of 20 problems is closed. Fewer than half are closed, so there is no median time yet.",
        "1 din 20 de probleme este închisă. Sub jumătate sunt închise, deci încă nu avem o durată mediană.",
    ),
    (
        lambda: s.closed(answered(2, 0)),
        "None of 2 problems is closed yet.",
        "Niciuna din cele 2 probleme nu este închisă încă.",
    ),
    (lambda: s.closed(answered(101, 101)), "All 101 problems are closed.", "Toate cele 101 probleme sunt închise."),
    (lambda: s.closed(answered(101, 19)), "19 of 101 problems are closed.", "19 din 101 probleme sunt închise."),
    (
        lambda: s.median(answered(90, 60, 12.5, 9.0, 17.0)),
        "Half were closed within 12.5 days (interval 9 to 17).",
        "Jumătate s-au închis în 12,5 zile (interval: de la 9 la 17).",
    ),
    (
        lambda: s.median(answered(90, 60, 1.0, 0.5, 2.25)),
        "Half were closed within 1 day (interval 0.5 to 2.3).",
        "Jumătate s-au închis în 1 zi (interval: de la 0,5 la 2,3).",
    ),
    (
        lambda: s.median(answered(90, 50, 20.4, 18.0, None)),
        "Half were closed within 20 days (interval 18 or more).",
        "Jumătate s-au închis în 20 de zile (interval: 18 sau mai mult).",
    ),
    (
        lambda: s.median(answered(90, 50, 0.4)),
        "Half were closed within 0.4 days; the interval is not known.",
        "Jumătate s-au închis în 0,4 zile; intervalul nu se știe.",
    ),
    (
        lambda: s.beside_the_city(answered(9, 9, 5.0, 4.0, 7.0), answered(99, 90, 9.0, 8.0, 10.0)),
        "In the whole city half were closed within 9 days. Here it went faster.",
        "În tot orașul jumătate s-au închis în 9 zile. Aici a mers mai repede.",
    ),
    (
        lambda: s.beside_the_city(answered(9, 9, 15.0, 11.0, None), answered(99, 90, 9.0, 8.0, 10.0)),
        "In the whole city half were closed within 9 days. Here it took longer.",
        "În tot orașul jumătate s-au închis în 9 zile. Aici a durat mai mult.",
    ),
    (
        lambda: s.beside_the_city(answered(9, 9, 9.0, 7.0, 12.0), answered(99, 90, 9.0, 8.0, 10.0)),
        "In the whole city half were closed within 9 days. No clear difference.",
        "În tot orașul jumătate s-au închis în 9 zile. Nicio diferență clară.",
    ),
    (
        lambda: s.beside_the_city(answered(9, 0), answered(99, 10)),
        "In the whole city fewer than half are closed.",
        "În tot orașul sunt închise sub jumătate.",
    ),
]

PLACES: list[Case] = [
    (
        lambda: s.hotspots_found(0),
        "No hexagon holds more problems than chance explains.",
        "Niciun hexagon nu are mai multe probleme decât explică întâmplarea.",
    ),
    (
        lambda: s.hotspots_found(1),
        "1 hexagon holds more problems than expected.",
        "1 hexagon are mai multe probleme decât ne așteptam.",
    ),
    (
        lambda: s.hotspots_found(2),
        "2 hexagons hold more problems than expected.",
        "2 hexagoane au mai multe probleme decât ne așteptam.",
    ),
    (
        lambda: s.hotspots_found(20),
        "20 hexagons hold more problems than expected.",
        "20 de hexagoane au mai multe probleme decât ne așteptam.",
    ),
    (
        lambda: s.hotspot(Hotspot("c", 9, "roads", 31, 12.25, 2.53, 0.0004, "poisson")),
        "31 problems where 12.3 were expected, 2.5 times as many.",
        "31 de probleme unde ne așteptam la 12,3, de 2,5 ori mai multe.",
    ),
    (
        lambda: s.cluster(Cluster("roads", 18, (21.2, 45.7), 95.2, (), 0.03, 1.9)),
        "18 problems within 95 m of their middle.",
        "18 probleme la cel mult 95 m de mijlocul lor.",
    ),
    (
        lambda: s.clusters_found(0),
        "Nowhere do problems of one kind lie close together.",
        "Nicăieri nu stau strânse la un loc probleme de același fel.",
    ),
    (lambda: s.q_figure(0.0004), "q < 0.001", "q < 0,001"),
    (lambda: s.q_figure(0.0291), "q = 0.029", "q = 0,029"),
    (lambda: s.q_figure(0.314), "q = 0.31", "q = 0,31"),
    (lambda: s.chance(0.0), "At most about 1 in 1,000 is chance.", "Cel mult cam 1 din 1.000 e întâmplare."),
    (lambda: s.chance(0.00101), "At most about 1 in 900 is chance.", "Cel mult cam 1 din 900 e întâmplare."),
    (lambda: s.chance(0.01), "At most about 1 in 100 is chance.", "Cel mult cam 1 din 100 e întâmplare."),
    (lambda: s.chance(0.05), "At most about 1 in 20 is chance.", "Cel mult cam 1 din 20 e întâmplare."),
    (lambda: s.chance(0.051), "May be chance alone.", "Poate fi doar întâmplare."),
    (lambda: s.more(0), "", ""),
    (lambda: s.more(3), "3 more are in the table (CSV).", "Încă 3 se află în tabel (CSV)."),
]

RANKS: list[Case] = [
    (lambda: s.rank(None), "There is nothing to rank this area among.", "Nu avem între ce să așezăm această zonă."),
    (
        lambda: s.rank(ranked(1, 1, 1, of=1)),
        "There is nothing to rank this area among.",
        "Nu avem între ce să așezăm această zonă.",
    ),
    (
        lambda: s.rank(ranked(4, 2, 11)),
        "Rank 4 of 32, likely between 2 and 11.",
        "Locul 4 din 32, probabil între 2 și 11.",
    ),
    (
        lambda: s.rank(ranked(4.5, 2.5, 10.5)),
        "Rank 4.5 of 32, likely between 2 and 11.",
        "Locul 4,5 din 32, probabil între 2 și 11.",
    ),
    (
        lambda: s.rank(ranked(1, 1, 1)),
        "Rank 1 of 32; no other rank is likely.",
        "Locul 1 din 32; alt loc e puțin probabil.",
    ),
    (
        lambda: s.standing(ranked(4, 2, 11)),
        "Problems here are above what is expected.",
        "Problemele de aici sunt peste cât ne așteptam.",
    ),
    (
        lambda: s.standing(ranked(30, 18, 32)),
        "Problems here are below what is expected.",
        "Problemele de aici sunt sub cât ne așteptam.",
    ),
    (
        lambda: s.standing(ranked(14, 3, 25)),
        "It cannot be told from the middle of the list.",
        "Nu se deosebește de mijlocul listei.",
    ),
    (
        lambda: s.excess(ranked(4, 2, 11)),
        "20 problems where 14.5 were expected from the city's rates.",
        "20 de probleme, unde la media orașului ne așteptam la 14,5.",
    ),
]

CASES = [*PLURALS, *CHANGES, *TABLE, *THEMES, *ANSWERS, *PLACES, *RANKS]


@pytest.mark.parametrize("say, english, romanian", CASES, ids=[case[1] or "nothing" for case in CASES])
def test_a_sentence_word_for_word(say, english, romanian):
    with override("en"):
        assert say() == english
    with override("ro"):
        assert say() == romanian


def test_no_sentence_needs_more_than_fifteen_words():
    for _, *both in CASES:
        for text in both:
            assert all(len(part.split()) <= 15 for part in text.replace(";", ".").split(". ")), text


def test_romanian_letters_carry_commas_not_cedillas():
    assert not any(letter in romanian for _, _, romanian in CASES for letter in "şţŞŢ")


def test_the_first_page_says_three_sentences_each_with_its_table(report):
    with override("ro"):
        said = s.in_one_minute(report)
    assert said == (
        (
            "Prințul Turcesc–Lunei: 120 de sesizări despre 90 de probleme. "
            "Cu 10 probleme mai mult decât în perioada anterioară (+13%).",
            "heard",
        ),
        ("Cel mai des: Străzi, alei, trotuare, poduri, 60 din 90 (67%).", "heard"),
        (
            "60 din 90 de probleme sunt închise. Jumătate s-au închis în 12,5 zile (interval: de la 9 la 17).",
            "answered",
        ),
    )


def test_a_silent_area_is_told_plainly(silent):
    with override("en"):
        assert [text for text, _ in s.in_one_minute(silent)] == [
            "Prințul Turcesc–Lunei: nobody reported a problem in this period.",
            "So there are no themes to name.",
            "No problem was opened, so there was nothing to answer.",
        ]


def test_what_is_withheld_is_said_with_the_threshold(report, silent):
    with override("ro"):
        assert s.withheld_themes(report) == "La 1 temă sensibilă numărul este ascuns: sub 5 oameni."
        assert s.withheld_cells(report) == "În 1 hexagon numărul este ascuns: sub 5 oameni."
        assert s.withheld_cells(silent) is s.withheld_themes(silent) is None
