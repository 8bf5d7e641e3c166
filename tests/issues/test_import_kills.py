"""An import that is killed and run again ends row for row where an uninterrupted one does."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from issues.models import Issue
from tests.factories import make_boundaries

ROOT = Path(__file__).resolve().parents[2]
ROWS = 30_000
KILLS = int(os.environ.get("ASCULT_KILLS", "3"))

EVERYTHING = """
SELECT i.source, i.external_id, i.key, i.category_id, i.state, i.title, i.opened_at, i.closed_at, i.point, i.cell,
       i.neighborhood_id, i.place_state, i.source_digest, f.external_id AS first, g.issues, h.steps
FROM issues_issue i
LEFT JOIN issues_incident g ON g.first_issue_id = i.incident_id
LEFT JOIN issues_issue f ON f.id = g.first_issue_id
LEFT JOIN LATERAL (
    SELECT array_agg(ROW(s.state, s.at, s.reason)::text ORDER BY s.at, s.id) AS steps
    FROM issues_statuschange s WHERE s.issue_id = i.id
) h ON TRUE ORDER BY i.source, i.external_id
"""


def everything():
    with connection.cursor() as cursor:
        cursor.execute(EVERYTHING)
        return cursor.fetchall()


def pins(path: Path) -> Path:
    rng = random.Random(5)
    lines = ["external_id,category,state,opened_at,closed_at,lng,lat,title,description,address,channel,duplicate_of"]
    for i in range(ROWS):
        lng, lat = rng.uniform(21.17, 21.25), rng.uniform(45.725, 45.755)
        day = f"2026-{1 + i * 8 // ROWS:02d}-{1 + i % 28:02d}"
        closed = f"{day}T20:00:00Z" if i % 3 else ""
        state = "resolved" if closed else "received"
        lines.append(f"p{i},lighting,{state},{day}T08:00:00Z,{closed},{lng:.6f},{lat:.6f},Bec {i},,,app,")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def start(path: Path) -> subprocess.Popen:
    settings = connection.settings_dict
    user = f"&user={settings['USER']}" if settings["USER"] else ""
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    host = str(settings["HOST"]).replace("/", "%2F")
    environment = os.environ | {"DATABASE_URL": f"postgresql:///{settings['NAME']}?host={host}{port}{user}"}
    command = [sys.executable, str(ROOT / "manage.py"), "import_issues", str(path), "--mapping", "ascult"]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stored_more_than(rows: int, process: subprocess.Popen) -> bool:
    """Wait until the import has committed more rows than given, or has ended."""
    while process.poll() is None:
        if Issue.objects.count() > rows:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.django_db(transaction=True)
def test_killed_and_run_again_is_as_if_never_killed(tmp_path):
    make_boundaries(["Fabric", "Iosefin", "Mehala"])
    path = pins(tmp_path / "pins.csv")
    rng = random.Random(1)
    killed = 0
    for _ in range(KILLS):
        process = start(path)
        time.sleep(rng.uniform(0.0, 0.3))
        stored_more_than(Issue.objects.count() if rng.random() < 0.5 else 0, process)
        time.sleep(rng.uniform(0.0, 0.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
        process.communicate()
    finished = start(path)
    told, problems = finished.communicate()
    assert finished.returncode == 0, problems
    assert f"{'rows read':<44}{ROWS:>10,}" in told
    assert killed > 0
    after_kills = everything()
    assert len(after_kills) == ROWS

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE issues_issue, issues_statuschange, issues_incident RESTART IDENTITY CASCADE")
    whole = start(path)
    _told, problems = whole.communicate()
    assert whole.returncode == 0, problems
    assert everything() == after_kills
