"""Read the files that cities hand over: rows of pins as text, areas with names, small tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo.chunks import CHUNK_ROWS, BrokenRow, Chunk, ReadError, opened
from geo.crs import STORE
from geo.csv_rows import csv_chunks
from geo.json_rows import json_chunks
from geo.parquet_rows import parquet_chunks

__all__ = ["BrokenRow", "Chunk", "ReadError", "read_areas", "read_chunks", "read_table"]

CSV = {".csv", ".tsv", ".txt"}
JSON = {".json", ".geojson", ".jsonl", ".ndjson", ".geojsonl"}
PARQUET = {".parquet", ".pq"}


def read_chunks(
    path: Path, chunk_rows: int = CHUNK_ROWS, columns: Iterable[str] | None = None, records: str = ""
) -> Iterator[Chunk]:
    """Stream a file of rows: CSV, JSON, newline JSON, GeoJSON of points, Parquet, told apart by the name's ending.

    `columns` keeps only these (those the file lacks are left out); `records` names the list inside a JSON object.
    Raises ReadError for a file that is missing, of another kind or not what its name says.
    """
    ending = path.suffix.lower()
    if ending in CSV:
        return csv_chunks(path, chunk_rows, columns)
    if ending in JSON:
        return json_chunks(path, chunk_rows, columns, records)
    if ending in PARQUET:
        return parquet_chunks(path, chunk_rows, columns)
    known = ", ".join(sorted(CSV | JSON | PARQUET))
    raise ReadError(f"{path}: cannot tell what kind of file {ending or 'this'} is; known endings: {known}")


def read_table(path: Path) -> pd.DataFrame:
    """Read a small table whole, as text columns.

    Raises ReadError when there are no rows or any row is broken: a denominator must be whole.
    """
    chunks = list(read_chunks(path))
    broken = [b for c in chunks for b in c.broken]
    if broken:
        raise ReadError(f"{path}: row {broken[0].row} cannot be read: {broken[0].raw[:200]}")
    if not chunks:
        raise ReadError(f"{path}: no rows")
    return pd.concat([c.frame for c in chunks])


def read_areas(path: Path, name_field: str | None) -> gpd.GeoDataFrame:
    """Read areas from GeoJSON, GeoPackage or shapefile, in degrees, in the file's order.

    Gives the columns name and geometry and the file's other fields; a field called name that is not `name_field`
    becomes name_in_file. `name_field` None means that names do not matter (an outline). Geometry is not judged here.
    Raises ReadError for a missing or unreadable file, an unknown field (naming the known ones), an empty name (naming
    the feature's number), a name used twice, and coordinates whose reference system is not stated and not degrees.
    """
    opened(path)
    try:
        areas: gpd.GeoDataFrame = gpd.read_file(path, engine="pyogrio", on_invalid="ignore")
    except (RuntimeError, ValueError) as problem:
        raise ReadError(f"{path}: cannot be read as areas: {problem}") from None
    if not isinstance(areas, gpd.GeoDataFrame):
        raise ReadError(f"{path}: holds a table without shapes")
    if not len(areas):
        raise ReadError(f"{path}: holds no areas")
    if areas.geometry.name != "geometry":
        areas = areas.rename_geometry("geometry")
    areas = _in_degrees(path, areas)
    if name_field is None:
        return areas
    if name_field not in areas.columns or name_field == "geometry":
        fields = ", ".join(str(c) for c in areas.columns if c != "geometry")
        raise ReadError(f"{path}: no field {name_field}; the file has {fields}")
    if name_field != "name":
        areas = areas.rename(columns={"name": "name_in_file"}).rename(columns={name_field: "name"})
    names = areas["name"].fillna("").astype(str).str.strip()
    _check_names(path, names.tolist())
    rest = [c for c in areas.columns if c not in ("name", "geometry")]
    return areas.assign(name=names)[["name", *rest, "geometry"]]


def _in_degrees(path: Path, areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if areas.crs is not None:
        return areas.to_crs(STORE)
    west, south, east, north = areas.total_bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ReadError(f"{path}: no reference system is stated and the coordinates are not degrees ({west}, {south})")
    return areas.set_crs(STORE)


def _check_names(path: Path, names: list[str]) -> None:
    empty = [i for i, name in enumerate(names, 1) if not name]
    if empty:
        raise ReadError(f"{path}: feature {empty[0]} has no name")
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ReadError(f"{path}: {', '.join(twice)} is the name of more than one feature")
