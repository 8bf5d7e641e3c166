"""Streets as a city's permits spell them: capital letters, no marks, many spellings of one."""

import pytest
from django.core.management import call_command

from geo.cities import load_city
from neighborhoods.gazetteer import search
from neighborhoods.models import Address


@pytest.fixture
def loaded(real, db, capsys, settings):
    settings.CITY = load_city(settings.FIXTURES / "cities" / "timisoara.toml")
    file = real / "timisoara" / "streets_from_permits.csv"
    call_command("load_addresses", file, street="street", lng="lng", lat="lat", source="permits")
    return capsys.readouterr().out


def test_every_row_is_kept_or_set_aside(loaded):
    told = {line[:44].strip(): line[44:].strip().replace(",", "") for line in loaded.splitlines()}
    assert int(told["rows read"]) == 1408 == int(told["kept"]) + int(told["set aside"])
    assert Address.objects.count() == int(told["kept"]) > 1000
    assert int(told["repeated"]) == int(told["set aside"])


@pytest.mark.parametrize(
    "text, street", [("Strada Mureș 12", "MURES"), ("b-dul Cetății", "BV. CETATII"), ("ciocârliei", "CIOCARLIEI")]
)
def test_a_street_is_found_however_it_is_typed(loaded, text, street):
    assert search(text)[0].label == street
