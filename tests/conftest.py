"""What every test may ask for. No test talks to the network or draws the city's base map."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("BASE_MAP", "0")

ROOT = Path(__file__).resolve().parent.parent

# Pages in tests take static files from where they lie; the folder for collected ones need only be there.
(Path(os.environ.get("ASCULT_STATE", ROOT / ".ascult")) / "static").mkdir(parents=True, exist_ok=True)
REAL = Path(os.environ.get("ASCULT_REAL_DATA", ROOT.parent / "shared" / "data"))


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
