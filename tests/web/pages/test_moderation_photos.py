"""Photos on the desk: shown, refused for good, covered in part."""

import uuid

import pytest

from issues.models import Photo
from issues.naming import tracking_number
from issues.photos import add_photo, path_of
from issues.rules import PhotoState
from tests.factories import make_boundaries, make_issue
from tests.made_pictures import jpeg, near, pixel
from tests.staff import make_moderator, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def staff(client):
    make_boundaries(["Fabric"])
    sign_in(client, make_moderator())
    return client


def desk(issue):
    return f"/en/moderation/{tracking_number(issue.pk)}/"


def act(client, issue, name, **more):
    return client.post(desk(issue), {"act": name, **more})


@pytest.fixture
def photo(staff):
    return add_photo(issue=make_issue(), id=uuid.uuid4(), data=jpeg(640, 480))


def test_a_photo_is_shown_and_then_refused_for_good(staff, photo):
    assert act(staff, photo.issue, "show-photo", photo=photo.pk).status_code == 303
    assert Photo.objects.get().state == PhotoState.SHOWN
    assert act(staff, photo.issue, "refuse-photo", photo=photo.pk).status_code == 422
    assert act(staff, photo.issue, "refuse-photo", photo=photo.pk, reason="A face.").status_code == 303
    assert Photo.objects.get().reason == "A face."
    assert act(staff, photo.issue, "show-photo", photo=photo.pk).status_code == 409
    html = staff.get(desk(photo.issue)).content.decode()
    assert "deleted for good" in html
    assert str(photo.pk) not in html


def test_a_photo_of_another_issue_is_none_of_this(staff, photo):
    other = make_issue(i=1)
    for id in (photo.pk, uuid.uuid4(), "x", ""):
        assert act(staff, other, "show-photo", photo=id).status_code == 404


def cover(client, photo, *rows):
    names = ("left", "top", "width", "height")
    sent = {f"cover-{name}": [row[k] for row in rows] for k, name in enumerate(names)}
    return act(client, photo.issue, "cover", photo=photo.pk, **sent)


def test_parts_are_covered_by_numbers(staff, photo):
    assert (
        cover(staff, photo, ("0", "0", "50", "50"), ("", "", "", ""), ("80,5", "80", "19,6", "20")).status_code == 303
    )
    data = path_of(photo, "full").read_bytes()
    assert near(pixel(data, 0.25, 0.25), (0, 0, 0))
    assert near(pixel(data, 0.9, 0.9), (0, 0, 0))
    assert near(pixel(data, 0.75, 0.25), (0, 255, 0), 20)


@pytest.mark.parametrize(
    "row", [",,,", "1,2,3,", "a,0,5,5", "90,0,20,5", "-1,0,5,5", "nan,0,5,5", "0,0,0,5", "1e400,0,5,5"]
)
def test_what_is_no_part_is_told(staff, photo, row):
    before = path_of(photo, "full").read_bytes()
    answer = cover(staff, photo, row.split(","))
    assert answer.status_code == 422
    assert path_of(photo, "full").read_bytes() == before
