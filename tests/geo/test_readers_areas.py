"""Areas come with names and in degrees, or are refused by what is wrong."""

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from geo.readers import ReadError, read_areas

SQUARES = [box(21.2, 45.7, 21.3, 45.8), box(21.3, 45.7, 21.4, 45.8)]


def write(folder, columns, shapes=SQUARES, crs=4326, name="areas.geojson"):
    path = folder / name
    gpd.GeoDataFrame(columns, geometry=shapes, crs=crs).to_file(path, engine="pyogrio")
    return path


@pytest.mark.parametrize("kind", ["areas.geojson", "areas.gpkg", "areas.shp"])
def test_three_kinds_of_file(tmp_path, kind):
    areas = read_areas(write(tmp_path, {"cartier": ["Fabric", "Șagului"]}, name=kind), "cartier")
    assert areas["name"].tolist() == ["Fabric", "Șagului"]
    assert areas.crs.to_epsg() == 4326
    assert areas.geometry.iloc[0].equals(SQUARES[0])


def test_metres_become_degrees(tmp_path):
    there = gpd.GeoSeries(SQUARES, crs=4326).to_crs(3844)
    areas = read_areas(write(tmp_path, {"n": ["a", "b"]}, there, 3844, "areas.gpkg"), "n")
    assert areas.total_bounds == pytest.approx([21.2, 45.7, 21.4, 45.8])


def test_other_fields_stay_and_a_second_name_steps_aside(tmp_path):
    areas = read_areas(write(tmp_path, {"name": ["x", "y"], "label": ["a", "b"], "code": [1, 2]}), "label")
    assert list(areas.columns) == ["name", "name_in_file", "code", "geometry"]
    assert areas["name"].tolist() == ["a", "b"]


def test_an_outline_needs_no_name(tmp_path):
    assert len(read_areas(write(tmp_path, {"code": [1, 2]}), None)) == 2


def test_an_unknown_field_tells_the_known_ones(tmp_path):
    with pytest.raises(ReadError, match="no field nume; the file has code, label"):
        read_areas(write(tmp_path, {"code": [1, 2], "label": ["a", "b"]}), "nume")


def test_an_empty_name_is_told_by_the_number_of_the_feature(tmp_path):
    with pytest.raises(ReadError, match="feature 2 has no name"):
        read_areas(write(tmp_path, {"n": ["a", " "]}), "n")


def test_a_name_used_twice_is_refused(tmp_path):
    with pytest.raises(ReadError, match="Fabric is the name of more than one"):
        read_areas(write(tmp_path, {"n": ["Fabric", "Fabric "]}), "n")


def test_an_invalid_shape_is_handed_on_for_others_to_judge(tmp_path):
    bow = Polygon([(21.2, 45.7), (21.3, 45.8), (21.3, 45.7), (21.2, 45.8)])
    areas = read_areas(write(tmp_path, {"n": ["bow"]}, [bow]), "n")
    assert not areas.geometry.is_valid.any()


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_metres_without_a_reference_system_are_refused(tmp_path):
    path = write(tmp_path, {"n": ["a"]}, [box(200_000, 480_000, 201_000, 481_000)], None, "areas.shp")
    with pytest.raises(ReadError, match="no reference system"):
        read_areas(path, "n")


def test_a_file_that_holds_no_areas_is_refused(tmp_path):
    path = tmp_path / "areas.geojson"
    path.write_text("{not json")
    with pytest.raises(ReadError, match=r"areas\.geojson"):
        read_areas(path, "n")
    with pytest.raises(ReadError, match="no such file"):
        read_areas(tmp_path / "gone.gpkg", "n")
