"""Layers: GDAL opens each by its address, and finds as many as the API says there are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.request

import pytest

pytestmark = pytest.mark.django_db  # without a mark no test database is made
# What the API says of each layer: an address, and how to count in its answer.
COUNTED = {
    "issues": ("issues", lambda said: said["total"]),
    "incidents": ("incidents", lambda said: said["total"]),
    "areas": ("areas?format=json", lambda said: len(said["results"])),
    "cells": ("cells?format=json", lambda said: len(said["results"])),
    "problem-areas": ("rankings", lambda said: said["total"]),
}


@pytest.fixture(scope="module")
def ogrinfo() -> str:
    found = shutil.which("ogrinfo")
    if found is None:
        pytest.skip("ogrinfo is absent: apt-get install gdal-bin")
    return found


def asked(address: str) -> dict:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return json.load(answer)


def test_the_index_names_every_layer(site):
    found = asked(f"{site}/api/v1/layers.json")
    assert [row["name"] for row in found["results"]] == list(COUNTED)
    assert all(row["url"] == f"{site}/api/v1/layers/{row['name']}.geojson" for row in found["results"])


@pytest.mark.parametrize("name", COUNTED)
def test_gdal_opens_it_and_counts_the_same(site, ogrinfo, name):
    (row,) = [r for r in asked(f"{site}/api/v1/layers.json")["results"] if r["name"] == name]
    told = subprocess.run([ogrinfo, "-so", "-al", row["url"]], capture_output=True, text=True, check=True, timeout=60)
    address, count = COUNTED[name]
    assert int(re.search(r"Feature Count: (\d+)", told.stdout)[1]) == count(asked(f"{site}/api/v1/{address}")) > 0
    assert re.search(r"Geometry: (.*)", told.stdout)[1].replace(" ", "") == row["geometry"]
    assert 'ID["EPSG",4326]' in told.stdout


def test_gdal_opens_what_a_filter_leaves(site, ogrinfo):
    address = f"{site}/api/v1/layers/issues.geojson?category=roads&state=closed"
    told = subprocess.run([ogrinfo, "-so", "-al", address], capture_output=True, text=True, check=True, timeout=60)
    wanted = asked(f"{site}/api/v1/issues?category=roads&state=closed")["total"]
    assert f"Feature Count: {wanted}\n" in told.stdout
