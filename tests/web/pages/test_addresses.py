import pytest

from neighborhoods.models import Address, BoundarySet, Neighborhood
from tests.factories import NAMES, SOUTH, WEST, make_boundaries

pytestmark = pytest.mark.django_db

X, Y = WEST + 0.006, SOUTH + 0.006


@pytest.fixture(autouse=True)
def world():
    make_boundaries(NAMES)
    for number, east in (("", 0.0), ("12", 0.003)):
        Address.objects.create(
            street="Strada Mureș",
            number=number,
            words="mures",
            point=f"SRID=4326;POINT({X + east} {Y})",
            neighborhood="fabric",
            source="test",
        )


def place(client, lng, lat, language="en"):
    return client.get(f"/{language}/issues/new/place.json", {"lng": lng, "lat": lat})


def test_a_search_gives_places_to_choose_from(client):
    response = client.get("/en/issues/new/addresses.json", {"q": "mures 12"})
    key = Address.objects.get(number="12").pk
    assert response.json() == {
        "results": [
            {
                "id": key,
                "label": "Strada Mureș 12, Fabric",
                "address": "Strada Mureș 12",
                "lng": round(X + 0.003, 6),
                "lat": round(Y, 6),
                "precision": "point",
            }
        ]
    }
    assert response["Cache-Control"] == "private, max-age=60"
    assert not response.cookies


def test_a_street_is_less_precise_and_keeps_the_number(client):
    found = client.get("/en/issues/new/addresses.json", {"q": "mures 7"}).json()["results"]
    assert [(one["address"], one["precision"]) for one in found] == [("Strada Mureș 7", "street")]


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "zzzz"}])
def test_nothing_found_is_an_answer(client, query):
    assert client.get("/en/issues/new/addresses.json", query).json() == {"results": []}


def test_a_search_too_long_is_refused(client):
    assert client.get("/en/issues/new/addresses.json", {"q": "m" * 100}).status_code == 200
    response = client.get("/en/issues/new/addresses.json", {"q": "m" * 101})
    assert (response.status_code, response.json()["code"]) == (422, "too-long")


def test_both_are_only_read(client):
    assert client.post("/en/issues/new/addresses.json").status_code == 405
    assert client.post("/en/issues/new/place.json").status_code == 405


@pytest.mark.parametrize(
    "east_m, said",
    [
        (20, "Strada Mureș, Fabric"),
        (100, "near Strada Mureș, Fabric"),
        (230 + 40, "Strada Mureș, Fabric"),
        (230 + 90, "near Strada Mureș, Fabric"),
        (230 + 200, "Fabric, south"),
    ],
)
def test_a_place_is_on_a_street_near_one_or_on_a_side_of_its_area(client, east_m, said):
    response = place(client, X + east_m / 77_700, Y)
    assert response.json() == {"said": said, "area": "Fabric", "slug": "fabric", "inside": True}
    assert response["Cache-Control"] == "private, max-age=60"


def test_a_place_in_romanian(client):
    Address.objects.all().delete()
    assert place(client, X, Y, "ro").json()["said"].startswith("Fabric, ")


def test_in_the_city_but_in_no_neighborhood(client):
    answer = place(client, WEST - 0.02, SOUTH).json()
    assert answer == {"said": "outside every neighbourhood", "area": None, "slug": None, "inside": True}


def test_without_boundaries_a_place_is_still_a_place(client):
    Neighborhood.objects.all().delete()
    BoundarySet.objects.all().delete()
    assert place(client, X + 0.01, Y).json()["inside"] is True


def test_swapped_degrees_are_offered_the_right_way_round(client):
    response = place(client, 45.75, 21.22)
    answer = response.json()
    assert (response.status_code, answer["code"], answer["inside"]) == (422, "swapped", False)
    assert answer["swapped"] == {"lng": 21.22, "lat": 45.75}


@pytest.mark.parametrize("lng, lat", [("", ""), ("x", "45.75"), ("nan", "45.75"), ("21.2", "inf"), ("21,2", "45,7")])
def test_what_is_no_number_is_said_so(client, lng, lat):
    response = place(client, lng, lat)
    assert (response.status_code, response.json()["code"]) == (422, "not-a-number")


def test_far_away_is_said_so(client):
    response = place(client, 26.1, 44.43)
    assert (response.status_code, response.json()["code"]) == (422, "outside")
    assert "Timișoara" in response.json()["message"]
