import datetime as dt

import geopandas as gpd
import pytest
from shapely.geometry import Polygon, box

from neighborhoods.actions import Provenance, RefusedBoundariesError, load_boundaries
from neighborhoods.models import NOT_STATED, BoundarySet, Neighborhood
from tests.factories import make_boundaries, square

pytestmark = pytest.mark.django_db

BOW_TIE = Polygon([(21.2, 45.7), (21.22, 45.72), (21.22, 45.7), (21.2, 45.72)])


def areas(**shapes):
    return gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs=4326)


def load(frame, valid_from=dt.date(2024, 1, 1), **more):
    return load_boundaries(areas=frame, provenance=Provenance("neighborhood", valid_from), metric_crs=3844, **more)


def test_a_set_keeps_its_areas_and_says_what_was_not_stated():
    loaded = load(areas(Fabric=square(0), Iosefin=square(1)))
    assert list(Neighborhood.objects.values_list("slug", flat=True)) == ["fabric", "iosefin"]
    assert loaded.boundary_set.authority == loaded.boundary_set.licence == NOT_STATED
    assert Neighborhood.objects.get(slug="fabric").area_m2 == pytest.approx(1554 * 2223, rel=0.01)


def test_invalid_geometry_is_refused_with_name_and_reason():
    with pytest.raises(RefusedBoundariesError, match=r"Mehala: Self-intersection") as refused:
        load(areas(Fabric=square(0), Mehala=BOW_TIE))
    assert "Fabric" not in str(refused.value)
    assert not BoundarySet.objects.exists()


def test_repair_mends_and_tells_the_areas():
    loaded = load(areas(Mehala=BOW_TIE), repair=True)
    before, after = loaded.repaired["Mehala"]
    assert after == pytest.approx(before, abs=after)
    assert Neighborhood.objects.get().geometry.valid


def test_two_features_of_one_name_are_refused():
    frame = gpd.GeoDataFrame({"name": ["Fabric", "Fabric"]}, geometry=[square(0), square(1)], crs=4326)
    with pytest.raises(RefusedBoundariesError, match="share a name: Fabric"):
        load(frame)


def test_the_same_set_twice_is_one_set():
    load(areas(Fabric=square(0)))
    assert load(areas(Fabric=square(0))).already_there
    assert BoundarySet.objects.count() == 1


def test_the_same_set_with_new_provenance_is_brought_up_to_date():
    load(areas(Fabric=square(0)))
    provenance = Provenance("neighborhood", dt.date(2024, 1, 1), dt.date(2026, 1, 1), authority="City council")
    load_boundaries(areas=areas(Fabric=square(0)), provenance=provenance, metric_crs=3844)
    held = BoundarySet.objects.get()
    assert (held.authority, held.valid_to) == ("City council", dt.date(2026, 1, 1))


def test_a_set_that_ends_before_it_begins_is_refused():
    provenance = Provenance("neighborhood", dt.date(2024, 1, 1), dt.date(2023, 1, 1))
    with pytest.raises(RefusedBoundariesError, match="valid to 2023-01-01 is not after"):
        load_boundaries(areas=areas(Fabric=square(0)), provenance=provenance, metric_crs=3844)


def test_a_layer_that_is_no_word_is_refused():
    with pytest.raises(RefusedBoundariesError, match="layer"):
        load_boundaries(
            areas=areas(Fabric=square(0)), provenance=Provenance("a/<b>", dt.date(2024, 1, 1)), metric_crs=3844
        )


def test_a_hostile_slug_is_made_plain():
    frame = areas(Fabric=square(0)).assign(slug=["../x"])
    load(frame, slug_field=True)
    assert Neighborhood.objects.get().slug == "x"


def test_another_set_on_the_same_day_is_refused():
    load(areas(Fabric=square(0)))
    with pytest.raises(RefusedBoundariesError, match="already has another set valid from 2024-01-01"):
        load(areas(Fabric=square(1)))


def test_overlaps_and_the_uncovered_part_are_told():
    frame = areas(A=box(21.2, 45.7, 21.22, 45.72), B=box(21.21, 45.7, 21.23, 45.72))
    loaded = load(frame, outline=box(21.2, 45.7, 21.26, 45.72))
    assert [(o.first, o.second) for o in loaded.overlaps] == [("A", "B")]
    assert loaded.uncovered_m2 / loaded.outline_m2 == pytest.approx(0.5, abs=0.001)


def test_layers_live_side_by_side():
    make_boundaries(["Fabric"])
    make_boundaries(["North", "South"], layer="council")
    assert set(BoundarySet.objects.values_list("layer", flat=True)) == {"neighborhood", "council"}


def test_romanian_names_get_plain_slugs_and_no_two_the_same():
    load(areas(**{"Șagului": square(0), "Sagului": square(1), "Sagului 2": square(2)}))
    assert set(Neighborhood.objects.values_list("slug", flat=True)) == {"sagului", "sagului-2", "sagului-3"}
