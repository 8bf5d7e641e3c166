"""A hexagon is called by its area and the side of it on which it lies."""

import pytest
from django.utils.translation import override

from geo import hexes
from tests.factories import make_boundaries
from web.pages.places import cell_names, side_of


@pytest.mark.parametrize(
    "dx, dy, side",
    [
        (0, 0, "middle"),
        (900, 0, "east"),
        (900, 900, "north-east"),
        (0, 900, "north"),
        (-900, 10, "west"),
        (-900, -10, "west"),
        (0, -900, "south"),
        (900, -800, "south-east"),
    ],
)
def test_sides_run_with_the_compass(dx, dy, side):
    with override("en"):
        assert side_of(dx, dy, 1_000) == side


@pytest.mark.django_db
def test_cells_take_the_name_of_their_area():
    chosen = make_boundaries(["Fabric", "Iosefin"])
    spots = [(21.19, 45.74), (21.197, 45.74), (21.219, 45.748), (21.3, 45.7)]
    cells = [hexes.to_text(int(hexes.cells_of(lng, lat, 10)[0])) for lng, lat in spots]
    named = ["Fabric, middle", "Fabric, east", "Iosefin, north-east", "outside every neighbourhood"]
    with override("en"):
        assert cell_names(cells, chosen) == named
        assert cell_names([], chosen) == []
