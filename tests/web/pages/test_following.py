"""Asking to be told: four kinds, no account, no cookie; a press confirms and a press stops, never a look."""

import re

import pytest
from django.contrib.gis.geos import Point
from django.core import mail

from issues.naming import tracking_number
from neighborhoods.models import Address, Attempt, Follow, Notice
from neighborhoods.models.notices import AT_ONCE, DAILY
from tests.factories import make_boundaries, make_category, make_issue, square
from tests.followers import follow_issue, follow_place
from web.mailing import deliver
from web.pages.challenges import OTHER_ACTS_HOUR

pytestmark = pytest.mark.django_db
HERE = {"lng": 21.19, "lat": 45.74}
CORNERS = "\n".join(f"{lng}, {lat}" for lng, lat in square(0).exterior.coords)


@pytest.fixture(autouse=True)
def place():
    make_boundaries(["Fabric", "Iosefin"])
    make_category()


def make_street(name="Strada Mureș", words="strada mures", lng=21.19, lat=45.74):
    return Address.objects.create(
        street=name, words=words, point=Point(lng, lat, srid=4326), neighborhood="fabric", source="made up"
    )


def send(client, kind, status=303, **values):
    asked = {"kind": kind, "email": "ana@example.org", "pace": AT_ONCE, "key": "k1", **values}
    answer = client.post("/en/follow/", asked)
    assert answer.status_code == status, answer.content.decode()
    return answer


def problems(answer):
    shown = re.findall(r'<li><a href="#(\w+)">(.+?)</a></li>', answer.content.decode())
    assert 'role="alert"' in answer.content.decode()
    return dict(shown)


@pytest.mark.parametrize("kind", ["", "neighborhood", "address", "area", "issue", "nonsense"])
@pytest.mark.parametrize("language", ["ro", "en"])
def test_every_form_opens_without_a_cookie_and_is_kept_by_nobody(client, kind, language):
    answer = client.get(f"/{language}/follow/", {"kind": kind})
    assert answer.status_code == 200
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]


def test_a_neighborhood_with_subjects_once_a_day(client):
    answer = send(client, "neighborhood", slug="fabric", categories=["roads", "lighting"], pace=DAILY)
    assert answer["Location"] == "/en/follow/?sent=neighborhood"
    wish = Follow.objects.get()
    assert (wish.kind, wish.slug, wish.pace, wish.confirmed_at) == ("neighborhood", "fabric", DAILY, None)
    assert set(wish.categories) == {make_category("roads").pk, make_category("lighting").pk}
    assert "We have sent a link" in client.get(answer["Location"]).content.decode()


def test_the_same_form_sent_twice_is_one_wish_and_a_changed_one_another(client):
    for _ in range(2):
        send(client, "neighborhood", slug="fabric")
    send(client, "neighborhood", slug="fabric", email="dan@example.org")
    send(client, "neighborhood", slug="iosefin")
    assert Follow.objects.count() == Notice.objects.count() == 3


def test_an_issue_by_its_number_however_it_is_written(client):
    issue = make_issue(**HERE)
    send(client, "issue", number=tracking_number(issue.pk).lower().replace("-", " "))
    assert Follow.objects.get().subject == issue.pk


def test_what_is_not_public_is_followed_by_nobody(client):
    hidden, sensitive = make_issue(**HERE), make_issue("social", **HERE)
    type(hidden).objects.filter(pk=hidden.pk).update(hidden=True)
    for number in (tracking_number(hidden.pk), tracking_number(sensitive.pk), "NOSU-CHNO", "?"):
        assert "id_number" in problems(send(client, "issue", 422, number=number))
    assert not Follow.objects.exists()


def test_sensitive_subjects_are_not_offered(client):
    assert 'value="social"' not in client.get("/en/follow/").content.decode()
    assert "id_categories" in problems(send(client, "neighborhood", 422, slug="fabric", categories=["social"]))


def test_an_address_is_found_by_name_and_then_chosen(client):
    one, other = make_street(), make_street("Aleea Mureș", "aleea mures", lng=21.22)
    page = client.get("/en/follow/?kind=address&search=mures").content.decode()
    assert "Strada Mureș, Fabric" in page
    assert "Aleea Mureș" in page
    assert "found" in "".join(problems(send(client, "address", 422, search="mures", radius_m=300)))
    send(client, "address", search="mures", found=one.pk, radius_m=300)
    wish = Follow.objects.get()
    assert (wish.label, wish.radius_m) == ("Strada Mureș", 300)
    assert wish.reach.covers(one.point)
    assert not wish.reach.covers(other.point)


def test_what_was_typed_into_the_search_never_comes_into_the_mail(client):
    make_street()
    send(client, "address", search="Mureș 12 buy pills", radius_m=300)
    deliver()
    assert "300 m around Strada Mureș\n" in mail.outbox[0].body
    assert "pills" not in mail.outbox[0].body


def test_a_place_on_the_map_can_be_linked_to(client):
    make_street()
    page = client.get("/en/follow/?kind=address&lng=21.1901&lat=45.7401").content.decode()
    assert "Around the place you chose: Strada Mureș" in page
    send(client, "address", lng=21.1901, lat=45.7401, radius_m=500)
    assert Follow.objects.get().label == "Strada Mureș"


@pytest.mark.parametrize(
    "place", [{"lng": "2.3", "lat": "48.8"}, {"lng": "x", "lat": "45"}, {"lng": "nan", "lat": "1"}, {}]
)
def test_a_place_elsewhere_is_none(client, place):
    assert client.get("/en/follow/", {"kind": "address", **place}).status_code == 200
    send(client, "address", 422, radius_m=300, **place)


@pytest.mark.parametrize("radius", ["99", "2001", "", "far", "-300", "1e9"])
def test_a_radius_has_its_bounds(client, radius):
    make_street()
    assert "id_radius_m" in problems(send(client, "address", 422, search="mures", radius_m=radius))


def test_a_drawn_area_is_its_corners(client):
    send(client, "area", area=CORNERS)
    wish = Follow.objects.get()
    assert wish.label == "Fabric"
    assert wish.reach.coords[0][0] == pytest.approx((21.18, 45.73))


@pytest.mark.parametrize(
    "corners, said",
    [
        ("", "Please fill this in."),
        ("21.2, 45.7", "at least three corners"),
        ("21.2; 45.7; 3", "one corner on each line"),
        ("45.73, 21.18\n45.73, 21.19\n45.74, 21.19", "Longitude comes first"),
        ("2.3, 48.8\n2.4, 48.8\n2.4, 48.9", "outside the city"),
        ("21.18,45.73\n21.19,45.74\n21.19,45.73\n21.18,45.74", "cross"),
        ("21.09,45.66\n21.35,45.66\n21.35,45.83\n21.09,45.83", "50 km²"),
        ("21.18, 45.73\n" * 5000, "hundred"),
        ("9" * 70_000, "hundred"),
    ],
)
def test_an_impossible_area_comes_back_with_its_reason(client, corners, said):
    assert said.lower() in problems(send(client, "area", 422, area=corners))["id_area"].lower()
    assert not Follow.objects.exists()


@pytest.mark.parametrize("email", ["", "ana", "ana@", "a@b.c\nBcc: x@y.z", "a" * 250 + "@example.org"])
def test_an_address_that_is_none_is_named(client, email):
    answer = send(client, "neighborhood", 422, slug="fabric", email=email, categories=["roads"])
    assert "id_email" in problems(answer)
    assert re.search(r'value="roads"[^>]*checked', answer.content.decode())


def test_a_program_that_fills_in_every_field_is_thanked_and_not_kept(client):
    send(client, "neighborhood", slug="fabric", website="https://example.org")
    assert not Follow.objects.exists()


def test_many_wishes_from_one_place_wait(client, settings):
    settings.REPORTS_PER_HOUR = 0
    for i in range(OTHER_ACTS_HOUR):
        send(client, "neighborhood", slug="fabric", email=f"{i}@example.org")
    answer = send(client, "neighborhood", 429, slug="fabric", email="ana@example.org")
    assert int(answer["Retry-After"]) > 0
    assert "ana@example.org" in answer.content.decode()  # what was written comes back
    assert Attempt.objects.count() == OTHER_ACTS_HOUR


def test_another_site_cannot_ask_for_a_visitor(client):
    answer = client.post("/en/follow/", {"kind": "neighborhood"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


# --- behind the links ------------------------------------------------------------------------------------------------


def link(wish, end=""):
    return f"/en/follow/{bytes(wish.secret).hex()}/{end}"


def test_looking_at_the_link_confirms_nothing_and_pressing_does(client):
    send(client, "neighborhood", slug="fabric")
    wish = Follow.objects.get()
    for _ in range(2):
        assert "Yes, write to me" in client.get(link(wish)).content.decode()
    client.head(link(wish))
    wish.refresh_from_db()
    assert wish.confirmed_at is None
    answer = client.post(link(wish), {"go": "confirm"})
    assert answer.status_code == 303
    assert "Thank you" in client.get(answer["Location"]).content.decode()
    wish.refresh_from_db()
    assert wish.confirmed_at is not None


def test_the_mailed_link_opens_the_page(client, settings):
    settings.SITE_URL = "http://testserver"
    send(client, "neighborhood", slug="fabric")
    deliver()
    address = re.search(r"http://testserver(/en/follow/\w{32}/)", mail.outbox[0].body).group(1)
    assert "Fabric" in client.get(address).content.decode()


def test_the_pages_behind_links_are_named_to_nobody(client):
    wish = follow_place()
    for end in ("", "stop/"):
        answer = client.get(link(wish, end))
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert "noindex" in answer["X-Robots-Tag"]
        assert not answer.cookies


def test_a_link_nobody_has_is_not_found(client):
    for end in ("", "stop/"):
        assert client.get(f"/en/follow/{'0' * 32}/{end}").status_code == 404
        assert client.post(f"/en/follow/{'0' * 32}/{end}").status_code == 404
        assert client.get(f"/en/follow/{'x' * 32}/{end}").status_code == 404


def test_the_pace_is_changed(client):
    wish = follow_place()
    client.post(link(wish), {"go": "pace", "pace": DAILY})
    wish.refresh_from_db()
    assert wish.pace == DAILY
    client.post(link(wish), {"go": "pace", "pace": "never"})
    wish.refresh_from_db()
    assert wish.pace == DAILY


def test_stopping_and_beginning_again(client):
    wish = follow_place()
    client.post(link(wish), {"go": "stop"})
    assert "Begin again" in client.get(link(wish)).content.decode()
    client.post(link(wish), {"go": "confirm"})
    wish.refresh_from_db()
    assert wish.stopped_at is None


def test_a_look_at_the_way_out_stops_nothing_and_a_mail_program_s_press_does(client):
    wish = follow_issue(make_issue(**HERE))
    assert "Stop writing to me" in client.get(link(wish, "stop/")).content.decode()
    wish.refresh_from_db()
    assert wish.stopped_at is None
    answer = client.post(link(wish, "stop/"), "List-Unsubscribe=One-Click", "application/x-www-form-urlencoded")
    assert answer.status_code == 200
    assert "We write no more" in answer.content.decode()
    wish.refresh_from_db()
    assert wish.stopped_at is not None


def test_the_way_out_of_the_daily_mail_stops_all_of_it(client):
    one, other = follow_place(pace=DAILY), follow_place("iosefin", pace=DAILY)
    assert "All that you hear about once a day" in client.get(link(one, "stop/?daily=1")).content.decode()
    client.post(link(one, "stop/?daily=1"))
    other.refresh_from_db()
    assert other.stopped_at is not None
