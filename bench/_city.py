"""A city of n generated issues in a database of its own, for benches that need one."""

from __future__ import annotations

import io
import os
import sys
import time
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WORK = Path(os.environ.get("ASCULT_STATE", ROOT / ".ascult")) / "bench"


def use_database(name: str, *, fresh: bool) -> bool:
    """Point Django at a database beside the one of DATABASE_URL, made when missing; True when it was made now."""
    given = conninfo_to_dict(os.environ["DATABASE_URL"])
    with psycopg.connect(make_conninfo(**{**given, "dbname": "postgres"}), autocommit=True) as connection:
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if there and fresh:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        if fresh or not there:
            connection.execute(f'CREATE DATABASE "{name}"')
    os.environ["DATABASE_URL"] = make_conninfo(**{**given, "dbname": name})
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    import django

    django.setup()
    if there and not fresh:
        return False
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    return True


def load_places() -> None:
    """The demo city's neighborhoods and categories."""
    from django.conf import settings
    from django.core.management import call_command

    from neighborhoods.actions import sync_categories

    sync_categories(settings.CITY)
    file = settings.FIXTURES / "boundaries" / "timisoara_neighborhoods.geojson"
    call_command("load_boundaries", str(file), name_field="name", valid_from="2020-01-01", stdout=io.StringIO())


def pins(n: int) -> Path:
    """A CSV of n generated issues, made once and kept."""
    import geopandas as gpd
    from django.conf import settings

    from geo.readers import read_table
    from issues.demo import generate_chunks
    from issues.demo_recipe import load_recipe

    path = WORK / f"pins_{n}.csv"
    if path.exists():
        return path
    WORK.mkdir(parents=True, exist_ok=True)
    folder = settings.FIXTURES / "boundaries"
    areas = gpd.read_file(folder / "timisoara_neighborhoods.geojson")
    recipe = load_recipe(settings.FIXTURES / "demo" / "timisoara.toml")
    part = path.with_suffix(".part")
    started = time.monotonic()
    with part.open("w", encoding="utf-8", newline="") as file:
        for chunk in generate_chunks(settings.CITY, areas, read_table(folder / "timisoara_exposure.csv"), recipe, n=n):
            chunk.to_csv(file, index=False, header=file.tell() == 0)
    part.rename(path)
    print(f"generated {n:,} issues in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return path
