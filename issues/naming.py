"""Tracking numbers of issues, under this city's own key."""

from __future__ import annotations

import secrets
from functools import lru_cache

from django.db import connection
from django.utils.crypto import salted_hmac

from issues.models import Issue, NumberKey, StatusChange
from issues.numbers import NotANumberError, number_of, pk_of


def tracking_number(pk: int) -> str:
    """The number of an issue, as "K7QF-2M9X"."""
    return number_of(pk, _key(str(connection.settings_dict["NAME"])))


def key_of(number: str) -> int | None:
    """The primary key a tracking number stands for, whether there is such an issue or not; nothing for no number."""
    try:
        return pk_of(number, _key(str(connection.settings_dict["NAME"])))
    except NotANumberError:
        return None


def issue_of(number: str) -> Issue | None:
    """The issue of a tracking number, hidden or not; nothing where there is none."""
    pk = key_of(number)
    if pk is None:
        return None
    return Issue.objects.filter(pk=pk).select_related("category", "neighborhood").first()


def step_name(step: StatusChange) -> str:
    """What a step is called: not by its key, as keys follow one another and would tell when hidden things happen."""
    return salted_hmac("ascult.step", str(step.pk), algorithm="sha256").hexdigest()[:16]


@lru_cache(maxsize=4)
def _key(database: str) -> bytes:
    """The key kept with the data. A migration makes it; where a database has lost it, all who ask get the same anew."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO issues_numberkey (id, key) SELECT 1, %s WHERE NOT EXISTS (SELECT FROM issues_numberkey) "
            "ON CONFLICT (id) DO NOTHING",
            [secrets.token_bytes(16)],
        )
    return bytes(NumberKey.objects.order_by("pk").values_list("key", flat=True)[0])
