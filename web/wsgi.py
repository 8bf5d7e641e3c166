"""The door of the web server: who stops sending, or stops reading, is not waited for without end."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")

# Seconds without a byte. A bad line pauses for less; a few that stay silent for longer would hold every hand we have.
IDLE_S = 15.0

_site = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """The site; what is read from a silent line then fails as from a broken one."""
    line = environ.get("gunicorn.socket")
    if line is not None:
        line.settimeout(IDLE_S)
    return _site(environ, start_response)
