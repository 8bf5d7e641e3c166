"""Numbers, days and times as people of a language write them."""

import pytest
from django.utils.translation import override

from analytics.results import Period
from web.reporting import numbers as n

CASES = [
    (lambda: n.whole(1234567), "1,234,567", "1.234.567"),
    (lambda: n.whole(2.5), "3", "3"),
    (lambda: n.about(0.04), "0", "0"),
    (lambda: n.about(4.25), "4.3", "4,3"),
    (lambda: n.about(19.96), "20", "20"),
    (lambda: n.about(1234.5), "1,235", "1.235"),
    (lambda: n.percent(0.0), "0%", "0%"),
    (lambda: n.percent(0.004), "<1%", "<1%"),
    (lambda: n.percent(0.125), "13%", "13%"),
    (lambda: n.signed(-1200), "−1,200", "−1.200"),
    (lambda: n.signed(0), "0", "0"),
    (lambda: n.days(0.0), "less than 0.1 days", "mai puțin de 0,1 zile"),
    (lambda: n.days(0.4), "0.4 days", "0,4 zile"),
    (lambda: n.days(0.96), "1 day", "1 zi"),
    (lambda: n.days(1), "1 day", "1 zi"),
    (lambda: n.days(1.5), "1.5 days", "1,5 zile"),
    (lambda: n.days(19), "19 days", "19 zile"),
    (lambda: n.days(20.2), "20 days", "20 de zile"),
    (lambda: n.days(100.5), "101 days", "101 zile"),
    (lambda: n.between(4.6, 7.0), "4.6 to 7", "de la 4,6 la 7"),
    (lambda: n.between(18, None), "18 or more", "18 sau mai mult"),
    (lambda: n.day("2026-03-01"), "1 March 2026", "1 martie 2026"),
    (lambda: n.span(Period("2026-03-05", "2026-03-06")), "5 March 2026", "5 martie 2026"),
    (lambda: n.span(Period("2026-03-01", "2026-04-01")), "1–31 March 2026", "1–31 martie 2026"),
    (lambda: n.span(Period("2026-01-01", "2026-04-01")), "1 January – 31 March 2026", "1 ianuarie – 31 martie 2026"),
    (
        lambda: n.span(Period("2025-10-01", "2026-01-01")),
        "1 October – 31 December 2025",
        "1 octombrie – 31 decembrie 2025",
    ),
    (
        lambda: n.span(Period("2025-10-01", "2026-10-01")),
        "1 October 2025 – 30 September 2026",
        "1 octombrie 2025 – 30 septembrie 2026",
    ),
    (lambda: n.joined([]), "", ""),
    (lambda: n.joined(["A"]), "A", "A"),
    (lambda: n.joined(["A", "B", "C"]), "A, B and C", "A, B și C"),
]


@pytest.mark.parametrize("say, english, romanian", CASES)
def test_a_number_as_it_is_written(say, english, romanian):
    with override("en"):
        assert say() == english
    with override("ro"):
        assert say() == romanian
