import pickle

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import hexes
from geo.hexes import CellError
from geo.lattice import MISFIT, Lattice

CITIES = {
    "Timișoara": (21.2272, 45.7537),
    "New York": (-73.95, 40.72),
    "Quito": (-78.5, -0.2),
    "Tromsø": (18.95, 69.65),
    "Sydney": (151.2, -33.87),
    "Tokyo": (139.7, 35.7),
    "Nairobi": (36.8, -1.3),
    "Reykjavík": (-21.9, 64.14),
    "Ushuaia": (-68.3, -54.8),
    "Singapore": (103.8, 1.35),
    "Vancouver": (-123.1, 49.25),
    "São Paulo": (-46.6, -23.5),
}
# the middle of a face, where h3 itself computes least exactly
FACE = tuple(np.degrees([1.248397419617396, 0.803582649718990]))
PENTAGON = hexes.centre(next(iter(h3.get_pentagons(10))))


def box_around(lng, lat, half=0.05):
    aside = half / np.cos(np.radians(lat))
    return lng - aside, lat - half, lng + aside, lat + half


def scattered(box, n, rng):
    return rng.uniform(box[0], box[2], n), rng.uniform(box[1], box[3], n)


def on_edges(cells, rng):
    """One point on a corner, in the middle of an edge or beside it, for each cell."""
    points = []
    for cell in cells:
        corners, centre = np.array(hexes.outline(int(cell))), np.array(hexes.centre(int(cell)))
        k, along = rng.integers(len(corners) - 1), rng.choice([0.0, 0.5, rng.uniform()])
        point = corners[k] * (1 - along) + corners[k + 1] * along
        points.append(point + (point - centre) * rng.choice([-1, 0, 1]) * 10 ** rng.uniform(-15, -3))
    return np.array(points).T


def agrees(lattice, lng, lat):
    wanted = hexes.cells_of(lng, lat, lattice.res)
    cells, position = lattice.locate(lng, lat)
    known = position >= 0
    assert (cells == wanted).all()
    assert (lattice.known[position[known]] == wanted[known]).all()
    assert not np.isin(wanted[~known], lattice.known).any()
    return known


@pytest.mark.parametrize("res", [8, 9, 10])
@pytest.mark.parametrize("city", CITIES)
def test_every_point_of_a_city_gets_the_cell_that_h3_gives(city, res):
    box = box_around(*CITIES[city])
    lattice = Lattice(box, res)
    assert lattice.fits
    assert lattice.misfit < 1e-9
    assert agrees(lattice, *scattered(box, 20_000 if res == 10 else 5_000, np.random.default_rng(res))).all()


@pytest.mark.parametrize("centre", [*list(CITIES.values())[:4], FACE])
def test_points_on_edges_and_corners_of_cells_get_the_cell_that_h3_gives(centre):
    rng = np.random.default_rng(5)
    lattice = Lattice(box_around(*centre, half=0.01))
    assert lattice.fits
    agrees(lattice, *on_edges(rng.choice(lattice.known, 3_000), rng))


def test_h3_is_asked_for_hardly_any_point_of_a_city(monkeypatch):
    box, asked = box_around(*CITIES["Timișoara"]), []
    lattice, cells_of = Lattice(box), hexes.cells_of
    monkeypatch.setattr(hexes, "cells_of", lambda lng, lat, res: asked.append(len(lng)) or cells_of(lng, lat, res))
    lattice.cells(*scattered(box, 50_000, np.random.default_rng(2)))
    assert sum(asked) < 100


@settings(max_examples=60)
@given(st.floats(-179, 179), st.floats(-88, 88), st.sampled_from([8, 9, 10]), st.integers(0, 2**32))
def test_anywhere_on_earth_the_answer_is_that_of_h3(lng, lat, res, seed):
    box = box_around(lng, lat, half=1e-3)
    agrees(Lattice(box, res), *scattered(box, 200, np.random.default_rng(seed)))


@pytest.mark.parametrize("shift", [0, 0.01, 0.02, 0.05, 0.2])
def test_beside_a_pentagon_the_answer_is_that_of_h3(shift):
    box = box_around(PENTAGON[0] + shift, PENTAGON[1], half=0.01)
    lattice = Lattice(box)
    assert lattice.fits == (shift == 0.2)
    agrees(lattice, *scattered(box, 2_000, np.random.default_rng(1)))


def an_edge_of_the_icosahedron():
    """The point between two places on different faces where the face changes."""
    one, other = np.array([21.2, 45.7]), np.array([60.0, 30.0])
    faces = [h3.get_icosahedron_faces(h3.latlng_to_cell(p[1], p[0], 15)) for p in (one, other)]
    assert faces[0] != faces[1]
    for _ in range(40):
        middle = (one + other) / 2
        face = h3.get_icosahedron_faces(h3.latlng_to_cell(middle[1], middle[0], 15))
        one, other = (middle, other) if face == faces[0] else (one, middle)
    return one


@pytest.mark.parametrize("aside", [0, 0.3, 0.9, 1, 1.1, 1.5, 3])
@pytest.mark.parametrize("res", [8, 10])
def test_a_box_over_an_edge_of_the_icosahedron_is_found_out(res, aside):
    half = 10 * hexes.edge_m(res) / 111_195
    lng, lat = an_edge_of_the_icosahedron()
    box = box_around(lng - aside * half, lat, half)
    lattice = Lattice(box, res)
    assert lattice.fits or lattice.misfit > MISFIT
    assert not (aside == 0 and lattice.fits)
    rng = np.random.default_rng(4)
    agrees(lattice, *scattered(box, 2_000, rng))
    agrees(lattice, *on_edges(rng.choice(lattice.known, 200), rng))


@pytest.mark.parametrize(
    "box",
    [(179.9, -17, 180, -16.8), (-180, 66, -179.8, 66.1), (0, 89.9, 5, 90), (10, -90, 12, -89.9), (-180, -90, 180, 90)],
)
def test_at_the_date_line_at_a_pole_and_for_the_whole_earth_h3_answers(box):
    lattice = Lattice(box)
    assert not lattice.fits
    assert not agrees(lattice, *scattered(box, 500, np.random.default_rng(1))).any()


def test_points_outside_the_box_have_their_cell_and_their_place_where_it_is_known():
    box = box_around(*CITIES["Timișoara"], half=0.01)
    lattice = Lattice(box)
    far = ([21.2272, 0, -158.7728, 26.1, box[2] + 1e-4], [45.7537, 0, -45.7537, 44.4, 45.7537])
    assert agrees(lattice, *far).tolist() == [True, False, False, False, True]


def test_a_box_without_width_is_a_box():
    lattice = Lattice((21.2, 45.7, 21.2, 45.7), 9)
    assert lattice.fits
    assert lattice.cells(21.2, 45.7) == hexes.cells_of(21.2, 45.7, 9)


def test_no_points_have_no_cells():
    cells, position = Lattice(box_around(21.2, 45.7, half=0.001)).locate([], [])
    assert (cells.dtype, cells.size, position.dtype, position.size) == (np.uint64, 0, np.int32, 0)


def test_a_lattice_reads_back():
    box = box_around(21.2, 45.7, half=0.01)
    lattice = Lattice(box)
    again = pickle.loads(pickle.dumps(lattice))
    points = scattered(box, 1_000, np.random.default_rng(1))
    assert (again.cells(*points) == lattice.cells(*points)).all()


@pytest.mark.parametrize("lng, lat", [(21.2, 91), (181, 45.7), (np.nan, 45.7), (21.2, np.inf)])
def test_a_place_that_is_none_has_no_cell(lng, lat):
    with pytest.raises(CellError, match="row 1: no cell for"):
        Lattice(box_around(21.2, 45.7, half=0.001)).cells([21.2, lng], [45.7, lat])


def test_longitudes_without_latitudes_are_refused():
    with pytest.raises(CellError, match="2 longitudes and 1 latitudes"):
        Lattice(box_around(21.2, 45.7, half=0.001)).cells([21.2, 21.3], [45.7])


@pytest.mark.parametrize(
    "box, res, words",
    [
        ((22, 45, 21, 46), 10, "is no box"),
        ((21, 46, 22, 45), 10, "is no box"),
        ((21, 45, 22, 91), 10, "row 1: no cell for"),
        ((np.nan, 45, 22, 46), 10, "row 0: no cell for"),
        ((21, 45, 22, 46), 11, "no lattice of resolution 11"),
        ((21, 45, 22, 46), -1, "no lattice of resolution -1"),
    ],
)
def test_a_box_that_is_none_is_refused(box, res, words):
    with pytest.raises(CellError, match=words):
        Lattice(box, res)
