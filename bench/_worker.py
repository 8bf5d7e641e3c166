"""The site's own worker, made to be killed: webhooks may go to this machine, and reports are written where it is said.

With ASCULT_DRILL_HASTE its clock runs faster: what is waited for is the same, only sooner.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import django

from web.schedule import CRON

HASTE = bool(os.environ.get("ASCULT_DRILL_HASTE"))
BEAT_S, SILENT_S = 0.5, 2

if HASTE:
    CRON.update(retry_stalled="* * * * * *", deliver_hooks="* * * * * */2")

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from procrastinate.contrib.django import procrastinate_app  # noqa: E402

from web import outgoing, tasks  # noqa: E402


def main() -> None:
    outgoing.PORTS = frozenset(range(1, 65_536))
    outgoing._public = lambda address: address.is_loopback
    settings.REPORTS_DIR = Path(os.environ["ASCULT_STATE"]) / "reports"
    # The ground of the few areas that are there, not of a whole city.
    settings.CITY = replace(settings.CITY, outline="")
    if HASTE:
        tasks.SILENT_SECONDS = SILENT_S
        procrastinate_app.app.worker_defaults["update_heartbeat_interval"] = BEAT_S
    call_command("procrastinate", "worker")


if __name__ == "__main__":
    main()
