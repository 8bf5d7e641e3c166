"""One round of the drill: workers, sessions, server and cluster are killed under load, and nothing told is lost."""

import shutil
from pathlib import Path

import pytest

from bench._kills import CannotDrillError, owner, programs
from bench.drill_kills import drill


@pytest.fixture
def servers() -> None:
    """A PostgreSQL server with PostGIS that may be started and killed here."""
    try:
        found, _owner = programs(), owner()
    except CannotDrillError as missing:
        pytest.skip(str(missing))
    share = Path("/usr/share/postgresql") / found.parent.name / "extension"
    if share.is_dir() and not (share / "postgis.control").exists():
        pytest.skip(f"no PostGIS for the server in {found}")
    if shutil.disk_usage("/tmp").free < 500 * 2**20:
        pytest.skip("less than 500 MB free for a cluster of its own")


def test_what_was_acknowledged_is_there_once_whatever_was_killed(servers, capsys):
    figures = drill(rounds=1, reporters=12, seed=4)
    assert figures["good"], figures
    assert (figures["lost"], figures["doubled"], figures["otherwise"]) == (0, 0, [])
    assert figures["acked"] >= 12
    assert figures["retries"] > 0  # somebody was hit
    assert set(figures["longest_gap_s"]) == {"worker", "session", "server", "cluster"}
    assert "round 1 of 1" in capsys.readouterr().out
