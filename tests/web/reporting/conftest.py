"""Reports for every test of this folder."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from analytics.results import ListeningReport
from tests.web.reporting.samples import silent_report, small_report


@pytest.fixture
def make_report() -> Callable[..., ListeningReport]:
    return small_report


@pytest.fixture
def report() -> ListeningReport:
    return small_report()


@pytest.fixture
def silent() -> ListeningReport:
    return silent_report()
