"""What every test may ask for. No test talks to the network or draws the city's base map."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.test import override_settings

ROOT = Path(__file__).resolve().parent.parent

# Pages in tests take static files from where they lie; the folder for collected ones need only be there.
(Path(os.environ.get("ASCULT_STATE", ROOT / ".ascult")) / "static").mkdir(parents=True, exist_ok=True)
REAL = Path(os.environ.get("ASCULT_REAL_DATA", ROOT.parent / "shared" / "data"))


@pytest.fixture(autouse=True, scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No base map, and the study area is that of the test's own areas: a whole city of empty hexagons proves no more.

    Settings are read before this file, so they are turned here; the pure rooms are tried without settings.
    """
    if not settings.configured:
        yield
        return
    from neighborhoods.following import noticed

    # Jobs stand in tables that no test empties: what a test puts into the outbox wakes nobody.
    noticed.disconnect(dispatch_uid="deliver_soon")
    with override_settings(
        BASE_MAP_ON=False,
        CITY=replace(settings.CITY, outline=""),
        WHITENOISE_USE_FINDERS=True,
        STATIC_ROOT=None,
        EMAIL_FILE_PATH=tmp_path_factory.mktemp("mail"),
    ):
        yield


# Shared machines pause: a slow draw says nothing about the code under test.
hypothesis.settings.register_profile("steady", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("steady")


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The test database, with nobody left in it when it is dropped (a killed process's session may linger)."""
    yield
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def real() -> Path:
    """The folder of real data; a test that asks for it is skipped where the folder is absent."""
    if not REAL.is_dir():
        pytest.skip(f"the real data folder {REAL} is absent")
    return REAL


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "real" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real)
