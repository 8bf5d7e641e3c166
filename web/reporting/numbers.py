"""Numbers, days and times as people of a language write them; every function answers in the active language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils.formats import date_format, number_format
from django.utils.translation import get_language, gettext, ngettext, pgettext

from analytics.results import Period


def whole(number: float) -> str:
    """A count: 1.234 in Romanian, 1,234 in English."""
    return decimal(number, 0)


def decimal(number: float, digits: int) -> str:
    """A number with so many decimals."""
    return number_format(_rounded(number, digits), decimal_pos=digits, use_l10n=True, force_grouping=True)


def _rounded(number: float, digits: int) -> Decimal:
    """A half goes up, as people round."""
    return Decimal(str(number)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def about(number: float) -> str:
    """A measured number as precise as a reader can use: 0,4; 4; 12,5; 70; 1.234."""
    tenths = _rounded(number, 1)
    return decimal(number, 1) if abs(number) < 20 and tenths != int(tenths) else whole(number)


def percent(share: float) -> str:
    """A share as whole per cent; what is there but rounds to nothing is less than one."""
    return "<1%" if 0 < share < 0.005 else f"{whole(100 * share)}%"


def signed(difference: int) -> str:
    """+12, −5 or 0, with a true minus."""
    if difference == 0:
        return "0"
    return f"{'+' if difference > 0 else '−'}{whole(abs(difference))}"


def days(number: float) -> str:
    """A length of time: 1 zi, 12,5 zile, 20 de zile; what rounds to nothing is said to be short."""
    if number < 0.05:
        return gettext("less than %(n)s days") % {"n": decimal(0.1, 1)}
    shown = about(number)
    if shown == whole(number):
        return ngettext("%(n)s day", "%(n)s days", int(_rounded(number, 0))) % {"n": shown}
    return pgettext("a number with decimals", "%(n)s days") % {"n": shown}


def between(low: float, high: float | None) -> str:
    """An interval of measured numbers; the upper end may not be known yet."""
    if high is None:
        return gettext("%(low)s or more") % {"low": about(low)}
    return gettext("%(low)s to %(high)s") % {"low": about(low), "high": about(high)}


def day(text: str) -> str:
    """An ISO date in words: 1 ianuarie 2026."""
    return _day(text, get_language() or "")


@lru_cache(maxsize=10_000)
def _day(text: str, language: str) -> str:
    """In the language of the page, which is the active one: lists say the same few days over and over."""
    return _date(dt.date.fromisoformat(text), "j F Y")


def _date(day: dt.date, form: str) -> str:
    # Django writes Romanian months with a capital, as English does; Romanian does not.
    text = date_format(day, form)
    return text.lower() if get_language() == "ro" else text


def span(period: Period) -> str:
    """The days of a period, its last day included, with nothing said twice: 1–31 martie 2026."""
    first = dt.date.fromisoformat(period.since)
    last = dt.date.fromisoformat(period.until) - dt.timedelta(days=1)
    end = _date(last, "j F Y")
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    return f"{_date(first, 'j F' if first.year == last.year else 'j F Y')} – {end}"


def joined(parts: Sequence[str]) -> str:
    """Names in a row: A, B and C."""
    if len(parts) < 2:
        return "".join(parts)
    return gettext("%(first)s and %(last)s") % {"first": ", ".join(parts[:-1]), "last": parts[-1]}
