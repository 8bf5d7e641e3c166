"""What the browser keeps, so that a report survives a lost line: the service worker, put together from its parts."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.urls import path, reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

# What the report form needs to open, beside its modules in ascult/raising/.
FILES = (
    "ascult/palette.css",
    "ascult/site.css",
    "ascult/raising.css",
    "ascult/raising_map.css",
    "ascult/map.css",
    "ascult/icon.svg",
    "ascult/queue.js",
    "ascult/raising.js",
    "leaflet/leaflet.css",
    "leaflet/leaflet.js",
)
MODULES = "ascult/raising"
# The modules that page and worker share, in the order they need each other.
SHARED = (f"{MODULES}/store.js", f"{MODULES}/sending.js")
WORKER = "ascult/sw.js"

_IMPORT = re.compile(r"^import .*\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


def modules() -> list[str]:
    """The form's own modules, by name."""
    return sorted(f"{MODULES}/{found.name}" for found in _file(MODULES).glob("*.js"))


def files() -> list[str]:
    """Every static file that the form needs, so that it opens without a line."""
    return [*FILES, *modules()]


def pages() -> list[str]:
    """The form in every language: the only pages that are kept. Nothing behind a private link is ever among them."""
    found = []
    for code, _name in settings.LANGUAGES:
        with override(code):
            found.append(reverse("issue-new"))
    return found


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """One plain script: browsers that know no modules in workers read it too. Its text changes with what it keeps."""
    return HttpResponse(
        _kept_script() if not settings.DEBUG else _script(),
        content_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "no-cache"},
    )


@lru_cache(maxsize=1)
def _kept_script() -> str:
    return _script()


def _script() -> str:
    shared = [_EXPORT.sub("", _IMPORT.sub("", _file(name).read_text(encoding="utf-8"))) for name in SHARED]
    own = _file(WORKER).read_text(encoding="utf-8")
    kept = {"version": version(own), "files": [static(name) for name in files()], "pages": pages()}
    return "\n".join([f"const KEPT = {json.dumps(kept)};", *shared, own])


def version(own: str) -> str:
    """The digest of the worker and of everything it keeps: other contents, another cache."""
    digest = hashlib.sha256(own.encode())
    for name in files():
        digest.update(name.encode() + b"\0" + _file(name).read_bytes())
    return digest.hexdigest()[:16]


def _file(name: str) -> Path:
    """Where a static file lies. Raises FileNotFoundError."""
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(f"no static file {name}")
    return Path(str(found))


urlpatterns = [path("sw.js", service_worker, name="service-worker")]
