"""A cluster on one spot or along one line is still something one can see."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyproj import Geod
from shapely.geometry import shape

from analytics.results import Cluster, ListeningReport, Ring
from maps.layers import metres_per_degree, report_layers

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize(
    "hull, radius_m, drawn_m",
    [
        ((), 0.0, 40.0),
        (((21.2272, 45.7537),) * 4, 0.0, 40.0),
        (((21.2272, 45.7537), (21.2282, 45.7547), (21.2272, 45.7537), (21.2272, 45.7537)), 80.0, 80.0),
    ],
)
def test_a_flat_hull_becomes_a_circle(
    make_report: Callable[..., ListeningReport], hull: Ring, radius_m: float, drawn_m: float
) -> None:
    flat = Cluster("roads", 6, (21.2272, 45.7537), radius_m, hull, 0.2, 1.1)
    feature = report_layers(make_report(clusters=(flat,))).clusters["features"][0]
    ring = shape(feature["geometry"]).exterior.coords
    reach = [GEOD.inv(21.2272, 45.7537, lng, lat)[2] for lng, lat in ring]
    assert reach == pytest.approx([drawn_m] * 25, rel=0.01)


@pytest.mark.parametrize("lat", [0.0, 42.36, 45.7537, -60.0])
def test_a_degree_is_as_long_as_the_ellipsoid_says(lat: float) -> None:
    per_lng, per_lat = metres_per_degree(lat)
    assert per_lng * 0.01 == pytest.approx(GEOD.inv(21, lat, 21.01, lat)[2], rel=1e-5)
    assert per_lat * 0.01 == pytest.approx(GEOD.inv(21, lat - 0.005, 21, lat + 0.005)[2], rel=1e-5)
