"""The base map: tiles from elsewhere, from a file of ours, or none at all."""

import dataclasses
import sqlite3

import pytest
from django.core.checks import run_checks
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.cities import BaseMap
from web.pages import tiles

PNG = b"\x89PNG\r\n\x1a\n one"


@pytest.fixture
def use(settings):
    """Make a base map the city's choice."""
    settings.BASE_MAP_ON = True

    def chosen(kind, **values):
        settings.CITY = dataclasses.replace(settings.CITY, base_map=BaseMap(kind, **values))
        tiles.opened.cache_clear()

    return chosen


def mbtiles(path, rows, kind="png"):
    held = sqlite3.connect(path)
    held.execute("CREATE TABLE metadata (name text, value text)")
    held.execute("CREATE TABLE tiles (zoom_level int, tile_column int, tile_row int, tile_data blob)")
    held.execute("INSERT INTO metadata VALUES ('format', ?)", [kind])
    held.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    held.commit()
    held.close()
    return str(path)


def pmtiles(path, rows, kind=TileType.PNG):
    with path.open("wb") as file:
        writer = Writer(file)
        for z, x, y, data in rows:
            writer.write_tile(zxy_to_tileid(z, x, y), data)
        box = {"min_lon_e7": 0, "min_lat_e7": 0, "max_lon_e7": 1, "max_lat_e7": 1}
        spot = {"center_zoom": 0, "center_lon_e7": 0, "center_lat_e7": 0}
        writer.finalize({"tile_type": kind, "tile_compression": Compression.NONE, **box, **spot}, {})
    return str(path)


def test_raster_tiles_come_from_the_named_server_with_their_attribution(use):
    use("raster", url="https://tiles.test/{z}/{x}/{y}.png", attribution="© <b>us</b>", max_zoom=17)
    assert tiles.layer() == tiles.Layer("https://tiles.test/{z}/{x}/{y}.png", "© &lt;b&gt;us&lt;/b&gt;", 17)


def test_no_tiles_where_none_are_wanted_or_they_are_off(use, settings):
    use("none")
    assert tiles.layer() is None
    use("raster", url="https://tiles.test/{z}/{x}/{y}.png")
    settings.BASE_MAP_ON = False
    assert tiles.layer() is None


def test_mbtiles_rows_count_from_the_south(use, client, tmp_path):
    use("file", path=mbtiles(tmp_path / "a.mbtiles", [(1, 0, 1, PNG)]))
    assert tiles.layer().url == "/tiles/{z}/{x}/{y}"
    answer = client.get("/tiles/1/0/0")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, PNG, "image/png")
    assert client.get("/tiles/1/0/1").status_code == 404


def test_pmtiles_are_served(use, client, tmp_path):
    use("file", path=pmtiles(tmp_path / "a.pmtiles", [(1, 0, 0, PNG), (1, 1, 0, PNG + b"2")]))
    assert client.get("/tiles/1/1/0").content == PNG + b"2"
    assert client.get("/tiles/1/1/1").status_code == 404


@pytest.mark.parametrize("address", ["/tiles/1/2/0", "/tiles/0/0/1", "/tiles/99/0/0"])
def test_impossible_tiles_are_not_there(use, client, tmp_path, address):
    use("file", path=mbtiles(tmp_path / "a.mbtiles", [(0, 0, 0, PNG)]))
    assert client.get(address).status_code == 404


def test_a_city_without_a_tile_file_serves_none(use, client):
    use("raster", url="https://tiles.test/{z}/{x}/{y}.png")
    assert client.get("/tiles/0/0/0").status_code == 404


def test_files_that_cannot_be_served_are_told_at_the_start(use, tmp_path):
    vectors = mbtiles(tmp_path / "v.mbtiles", [], kind="pbf")
    drawn = pmtiles(tmp_path / "v.pmtiles", [(0, 0, 0, b"x")], kind=TileType.MVT)
    broken = tmp_path / "b.mbtiles"
    broken.write_bytes(b"not a database at all, and longer than a header")
    other = tmp_path / "map.zip"
    other.write_bytes(b"PK")
    for path, reason in (
        (vectors, "holds pbf tiles"),
        (drawn, "holds mvt tiles"),
        (str(broken), "is not an MBTiles file"),
        (str(other), "ends in .mbtiles or .pmtiles"),
        (str(tmp_path / "gone.mbtiles"), "is not there"),
    ):
        use("file", path=path)
        assert [reason in m.msg for m in run_checks() if m.id == "web.E002"] == [True], path


def test_a_kind_that_is_none_is_told(use):
    use("globe")
    assert [m.id for m in run_checks() if m.id and m.id.startswith("web.")] == ["web.E001"]
