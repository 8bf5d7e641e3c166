"""Is the process alive, and can it do its work: for whoever watches over the machine."""

from __future__ import annotations

import logging
import shutil

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

log = logging.getLogger(__name__)

# A job begins at once, or within a quarter of a minute after a worker died; when one waits so long, nobody works.
LATE_S = 60
# Photos, mails and tables need room; below this share of the disk it is time to make some.
FREE_SHARE = 0.1
OK = "ok"

# How long the first job that could begin has been waiting. What waits for its turn behind a lock is not late.
_LAG = """
SELECT COALESCE(max(extract(epoch FROM now() - GREATEST(j.scheduled_at, e.at))), 0)
FROM procrastinate_jobs j
JOIN LATERAL (SELECT max(at) AS at FROM procrastinate_events WHERE job_id = j.id) e ON true
WHERE j.status = 'todo' AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
  AND NOT EXISTS (SELECT 1 FROM procrastinate_jobs o WHERE o.lock = j.lock AND o.id <> j.id
                  AND (o.status = 'doing' OR (o.status = 'todo' AND o.id < j.id)))
"""


@require_safe
@never_cache
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers. Nothing else is asked, so a slow database does not get it restarted."""
    return JsonResponse({"status": OK})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Database, queue and disk, each "ok" or what is wrong; 503 where one is not."""
    said = {**_database_and_queue(), "disk": _disk()}
    good = set(said.values()) == {OK}
    return JsonResponse({"status": OK if good else "unavailable", **said}, status=200 if good else 503)


def _database_and_queue() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute(_LAG)
            lag_s = float(cursor.fetchone()[0])
    except DatabaseError as problem:
        log.warning("not ready, the database does not answer: %s", type(problem).__name__)
        return {"database": "does not answer"}
    return {"database": OK, "queue": OK if lag_s <= LATE_S else "late"}


def _disk() -> str:
    """The disk where files are kept; that of the database is its server's own matter."""
    disk = shutil.disk_usage(settings.STATE_DIR)
    return OK if disk.free >= FREE_SHARE * disk.total else "nearly full"


urlpatterns = [path("healthz", alive, name="healthz"), path("readyz", ready, name="readyz")]
