"""The base map: the city file's choice of tiles from elsewhere, tiles we serve from a file, or none."""

from __future__ import annotations

import gzip
import mmap
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import path, reverse
from django.views.decorators.http import require_safe
from pmtiles.reader import Reader
from pmtiles.tile import Compression

from maps.sealed import linked

MAX_ZOOM = 24
KEPT_S = 7 * 24 * 3600

# What a tile begins with -> what it is. Anything else (vector tiles, for one) is not a picture.
_PICTURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"RIFF": "image/webp"}

Fetch = Callable[[int, int, int], bytes | None]


class TileFileError(ValueError):
    """A tile file that is not there or not of a kind we can serve; the message says which and why."""


@dataclass(frozen=True)
class Layer:
    """What the map needs to draw tiles; `attribution` is safe HTML."""

    url: str
    attribution: str
    max_zoom: int


def layer() -> Layer | None:
    """The base map to draw, or None for plain paper."""
    base = settings.CITY.base_map
    if not settings.BASE_MAP_ON or base.kind == "none":
        return None
    url = base.url if base.kind == "raster" else _own_address()
    return Layer(url, linked(base.attribution), base.max_zoom)


def _own_address() -> str:
    return reverse("tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}")


@require_safe
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """One picture of the city's tile file, columns from the west, rows from the north; a bare 404 where it has none."""
    base = settings.CITY.base_map
    possible = z <= MAX_ZOOM and x < 1 << z and y < 1 << z
    if base.kind != "file" or not settings.BASE_MAP_ON or not possible:
        return HttpResponseNotFound()
    found = opened(settings.FIXTURES / base.path)(z, x, y)
    kind = next((k for start, k in _PICTURES.items() if found and found.startswith(start)), None)
    if found is None or kind is None:
        return HttpResponseNotFound()
    return HttpResponse(found, content_type=kind, headers={"Cache-Control": f"public, max-age={KEPT_S}"})


@lru_cache(maxsize=4)
def opened(file: Path) -> Fetch:
    """How to get tiles from a file. Raises TileFileError where it cannot be served."""
    if not file.is_file():
        raise TileFileError(f"the base map file {file} is not there")
    if file.suffix == ".mbtiles":
        return _mbtiles(file)
    if file.suffix == ".pmtiles":
        return _pmtiles(file)
    raise TileFileError(f"{file.name}: a base map file ends in .mbtiles or .pmtiles")


def _mbtiles(file: Path) -> Fetch:
    """MBTiles 1.3: a SQLite file whose rows count from the south."""
    address = f"{file.resolve().as_uri()}?mode=ro&immutable=1"

    def ask(query: str, values: tuple[int, ...] = ()) -> bytes | None:
        connection = sqlite3.connect(address, uri=True)
        try:
            row = connection.execute(query, values).fetchone()
        except sqlite3.DatabaseError as problem:
            raise TileFileError(f"{file.name} is not an MBTiles file: {problem}") from None
        finally:
            connection.close()
        return row[0] if row else None

    _refuse_vectors(file, str(ask("SELECT value FROM metadata WHERE name = 'format'") or "png"))

    def get(z: int, x: int, y: int) -> bytes | None:
        where = "zoom_level = ? AND tile_column = ? AND tile_row = ?"
        return ask(f"SELECT tile_data FROM tiles WHERE {where}", (z, x, (1 << z) - 1 - y))  # noqa: S608

    return get


def _pmtiles(file: Path) -> Fetch:
    """PMTiles 3, through the format's own reader."""
    with file.open("rb") as handle:
        if handle.read(8) != b"PMTiles\x03":
            raise TileFileError(f"{file.name} is not a PMTiles file of version 3")
        held = mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)
    reader = Reader(lambda offset, length: held[offset : offset + length])
    header = reader.header()
    _refuse_vectors(file, header["tile_type"].name.lower())
    zipped = header["tile_compression"] == Compression.GZIP

    def get(z: int, x: int, y: int) -> bytes | None:
        found = reader.get(z, x, y)
        return gzip.decompress(found) if found and zipped else found

    return get


def _refuse_vectors(file: Path, kind: str) -> None:
    if kind not in ("png", "jpg", "jpeg", "webp", "unknown"):
        raise TileFileError(f"{file.name} holds {kind} tiles; only pictures (png, jpg, webp) can be drawn")


@checks.register()
def check_base_map(**_: object) -> list[checks.CheckMessage]:
    """Say at the start, not at the first visitor, that the city's tile file cannot be served."""
    base = settings.CITY.base_map
    if base.kind not in ("none", "raster", "file"):
        return [checks.Error(f"base map kind {base.kind!r}; it is none, raster or file", id="web.E001")]
    if base.kind != "file" or not settings.BASE_MAP_ON:
        return []
    try:
        opened(settings.FIXTURES / base.path)
    except TileFileError as problem:
        return [checks.Error(str(problem), id="web.E002")]
    return []


urlpatterns = [path("tiles/<int:z>/<int:x>/<int:y>", tile, name="tile")]
