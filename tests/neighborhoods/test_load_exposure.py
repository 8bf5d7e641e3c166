import pandas as pd
import pytest

from neighborhoods.actions import RefusedExposureError, load_exposure
from neighborhoods.models import Exposure
from tests.factories import make_boundaries

pytestmark = pytest.mark.django_db


def load(rows, **changes):
    values = {
        "layer": "neighborhood",
        "kind": "population",
        "name_field": "area",
        "value_field": "people",
        "year": 2024,
        "source": "census",
    }
    return load_exposure(table=pd.DataFrame(rows, columns=["area", "people"]), **(values | changes))


def test_values_are_kept_by_name_or_slug():
    make_boundaries(["Fabric", "Iosefin"])
    assert load([("Fabric", "1200"), ("iosefin", "800.5")]) == 2
    assert set(Exposure.objects.values_list("neighborhood__slug", "value")) == {("fabric", 1200), ("iosefin", 800.5)}


def test_the_same_year_again_replaces():
    make_boundaries(["Fabric"])
    load([("Fabric", "1200")])
    load([("Fabric", "1300")])
    assert Exposure.objects.get().value == 1300


@pytest.mark.parametrize("value", ["-1", "nan", "many", "", "inf"])
def test_what_is_no_number_from_zero_up_is_refused_by_name(value):
    make_boundaries(["Fabric"])
    with pytest.raises(RefusedExposureError, match="no number from zero up for: Fabric"):
        load([("Fabric", value)])
    assert not Exposure.objects.exists()


def test_an_area_without_a_row_is_named():
    make_boundaries(["Fabric", "Iosefin"])
    with pytest.raises(RefusedExposureError, match="no row for: Iosefin; give 0 where there is none"):
        load([("Fabric", "5")])


def test_an_area_named_twice_is_refused():
    make_boundaries(["Fabric"])
    with pytest.raises(RefusedExposureError, match="named more than once: Fabric"):
        load([("Fabric", "5"), ("fabric", "50")])


def test_ground_is_measured_never_loaded():
    make_boundaries(["Fabric"])
    with pytest.raises(RefusedExposureError, match="area is measured"):
        load([("Fabric", "5")], kind="area")


def test_an_unknown_area_is_named():
    make_boundaries(["Fabric"])
    with pytest.raises(RefusedExposureError, match="unknown areas: Atlantis"):
        load([("Atlantis", "5")])


def test_a_missing_column_is_named_with_those_there_are():
    make_boundaries(["Fabric"])
    with pytest.raises(RefusedExposureError, match="no column inhabitants; the file has area, people"):
        load([("Fabric", "5")], value_field="inhabitants")


def test_a_layer_without_a_set_is_named():
    with pytest.raises(RefusedExposureError, match="no boundary set of layer neighborhood"):
        load([("Fabric", "5")])
