import datetime as dt

import numpy as np
import pytest

from geo import hexes
from neighborhoods.locate import locator
from neighborhoods.models import Neighborhood
from tests.factories import make_boundaries, square

pytestmark = pytest.mark.django_db

IN_FABRIC = (21.19, 45.74)
BORDER = (21.20, 45.74)  # between Fabric and Iosefin


def place(point, day=dt.date(2026, 1, 1), layer=None):
    places = locator(layer).places(np.array([point[0]]), np.array([point[1]]), [day])
    area = Neighborhood.objects.filter(pk=int(places.neighborhood[0])).first()
    return (str(area) if area else None), places.state[0], bool(places.backdated[0])


def test_a_point_inside_is_in_its_area():
    make_boundaries(["Fabric", "Iosefin"])
    assert place(IN_FABRIC) == ("Fabric", "inside", False)


def test_a_point_on_a_border_counts_as_inside():
    make_boundaries(["Fabric", "Iosefin"])
    assert place(BORDER) == ("Fabric", "border", False)


def test_outside_is_an_answer():
    make_boundaries(["Fabric"])
    assert place((21.4, 45.74)) == (None, "outside", False)


def test_each_day_is_answered_by_the_set_in_force():
    make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1))
    make_boundaries(shapes={"Fabric Nou": square(0)}, valid_from=dt.date(2025, 7, 1))
    assert place(IN_FABRIC, dt.date(2025, 6, 30))[0] == "Fabric"
    assert place(IN_FABRIC, dt.date(2025, 7, 1))[0] == "Fabric Nou"


def test_a_day_before_the_first_set_is_answered_by_it_and_marked():
    make_boundaries(["Fabric"], valid_from=dt.date(2025, 1, 1))
    assert place(IN_FABRIC, dt.date(2024, 12, 31)) == ("Fabric", "inside", True)


def test_a_day_in_a_gap_is_answered_by_the_set_begun_last():
    make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2021, 1, 1))
    make_boundaries(shapes={"Mehala": square(0)}, valid_from=dt.date(2025, 1, 1))
    assert place(IN_FABRIC, dt.date(2023, 1, 1))[0] == "Fabric"


def test_a_new_set_is_seen_at_once():
    make_boundaries(["Fabric"], valid_from=dt.date(2020, 1, 1))
    assert place(IN_FABRIC)[0] == "Fabric"
    make_boundaries(shapes={"Mehala": square(0)}, valid_from=dt.date(2025, 1, 1))
    assert place(IN_FABRIC)[0] == "Mehala"


def test_the_cell_is_kept_at_resolution_ten():
    places = locator().places(np.array([21.19]), np.array([45.74]), [dt.date(2026, 1, 1)])
    assert places.cell[0] == hexes.cells_of(21.19, 45.74, 10)[0]
    assert places.neighborhood[0] == 0  # no set of areas yet
