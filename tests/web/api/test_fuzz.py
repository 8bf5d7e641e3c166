"""A short round of schemathesis: whatever is sent, the answer is one that the description has (script/drill fuzz)."""

from __future__ import annotations

import pytest
from django.test import override_settings

from bench._fuzz import fuzz

pytestmark = pytest.mark.django_db


def test_every_answer_is_as_described(site):
    with override_settings(API_LIMITS_TIMES=1_000_000, REPORTS_PER_HOUR=1_000_000):
        found = fuzz(site, examples=8, seed=7, phases="fuzzing")
    assert found.good, found.said[-6_000:]
    assert found.cases > 150
