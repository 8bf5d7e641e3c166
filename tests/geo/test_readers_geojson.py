"""GeoJSON of points: properties, and the point as lng and lat."""

import json

from geo.readers import read_chunks


def feature(geometry, **properties):
    return {"type": "Feature", "id": 7, "properties": properties, "geometry": geometry}


def read(folder, *features):
    path = folder / "pins.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "name": "x", "features": list(features)}))
    return list(read_chunks(path))


def test_a_point_becomes_two_columns(tmp_path):
    (chunk,) = read(tmp_path, feature({"type": "Point", "coordinates": [21.2, 45.7, 90]}, title="a"))
    assert chunk.frame.iloc[0].to_dict() == {"id": "7", "title": "a", "lng": "21.2", "lat": "45.7"}


def test_the_geometry_wins_over_a_property_of_the_same_name(tmp_path):
    (chunk,) = read(tmp_path, feature({"type": "Point", "coordinates": [21.2, 45.7]}, lng="0", id="own"))
    assert chunk.frame.loc[1, ["id", "lng"]].tolist() == ["own", "21.2"]


def test_a_feature_without_a_point_has_no_coordinates(tmp_path):
    line = {"type": "LineString", "coordinates": [[21, 45], [22, 46]]}
    (chunk,) = read(tmp_path, feature(None), feature(line), feature({"type": "Point", "coordinates": []}))
    assert len(chunk.frame) == 3
    assert chunk.frame["lng"].isna().all()
