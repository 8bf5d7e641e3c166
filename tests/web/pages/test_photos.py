"""Photos come in by their sender's link and go out to whoever may see them, and to nobody else."""

import hashlib
import json
import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.utils.translation import override

from issues import photos as kept_photos
from issues.models import Photo, StatusChange, Submission, Verdict
from issues.photos import SIZES, add_photo, path_of
from issues.pictures import LARGEST
from issues.rules import PhotoState
from tests.factories import instant, make_boundaries, make_issue
from tests.made_pictures import encoded, jpeg, scene
from tests.staff import make_moderator, make_officer, make_person, sign_in
from web.uploads import CutOffError, TooLargeError, body_of

pytestmark = pytest.mark.django_db
LINK = "0f" * 16


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def issue():
    make_boundaries(["Fabric"])
    issue = make_issue()
    Submission.objects.create(
        key_digest=hashlib.sha256(b"key").digest(), body_digest=b"b" * 32, link=bytes.fromhex(LINK), issue=issue
    )
    return issue


def to(photo, link=LINK):
    return f"/en/mine/{link}/photos/{photo}/"


def put(client, data, photo=None, link=LINK, **more):
    answer = client.put(to(photo or uuid.uuid4(), link), data=data, content_type="application/octet-stream", **more)
    return answer.status_code, json.loads(answer.content or b"{}") if "json" in answer["Content-Type"] else {}


# --- in -------------------------------------------------------------------------------------------------------------


def test_a_photo_arrives_once(client, issue):
    photo, data = uuid.uuid4(), jpeg()
    assert put(client, data, photo) == (201, {"id": str(photo), "state": "waiting"})
    assert put(client, data, photo) == (200, {"id": str(photo), "state": "waiting"})
    assert Photo.objects.get().issue == issue


@pytest.mark.parametrize(
    "data, status, code",
    [
        (b"", 400, "empty"),
        (b"GIF89a", 415, "wrong-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "wrong-type"),
        (jpeg()[:400], 422, "broken"),
        (jpeg() + b"\0" * LARGEST, 413, "too-large"),
    ],
    ids=["empty", "gif", "svg", "cut", "large"],
)
def test_what_is_no_photo_is_told_so(client, issue, data, status, code):
    answered, told = put(client, data)
    assert (answered, told["code"]) == (status, code)
    assert told["message"]
    assert not Photo.objects.exists()


def test_reasons_are_told_in_the_language_of_the_address(client, issue):
    with override("ro"):
        wanted = str(kept_photos.REFUSALS["empty"][1])
    answer = client.put(f"/ro/mine/{LINK}/photos/{uuid.uuid4()}/", data=b"", content_type="image/jpeg")
    assert answer.json()["message"] == wanted


def test_other_bytes_and_a_sixth_are_refused(client, issue):
    photo = uuid.uuid4()
    put(client, jpeg(), photo)
    assert put(client, jpeg(80, 80), photo)[1]["code"] == "used"
    for k in range(4):
        assert put(client, jpeg(90 + k, 80))[0] == 201
    status, told = put(client, jpeg(100, 80))
    assert (status, told["code"]) == (409, "too-many")


def test_a_name_of_a_file_means_nothing(client, issue):
    for k, name in enumerate(["../../etc/passwd", "a.php.jpg", "x" * 5000, "a\0b.jpg", "<script>.jpg"]):
        file = SimpleUploadedFile(name, jpeg(64 + k, 48), content_type="text/html")
        photo = uuid.uuid4()
        assert client.post(to(photo), {"photo": file}).status_code == 303
        held = Photo.objects.get(pk=photo)
        assert [path_of(held, size).name for size in SIZES] == [f"{photo}-full.jpg", f"{photo}-small.jpg"]


def test_a_form_brings_several_and_goes_back(client, issue):
    photo = uuid.uuid4()

    def files():
        return [BytesIO(data) for data in (jpeg(), encoded(scene(), "PNG"), b"no photo")]

    answer = client.post(to(photo), {"photo": files()})
    assert (answer.status_code, answer["Location"]) == (303, f"/en/mine/{LINK}/?photos=2-kept,1-wrong-type#photos")
    client.post(to(photo), {"photo": files()})
    assert Photo.objects.count() == 2


def test_a_form_without_a_photo_says_so(client, issue):
    assert "photos=1-empty" in client.post(to(uuid.uuid4()), {})["Location"]


def test_a_large_file_in_a_form_is_never_kept_whole(client, issue):
    large = BytesIO(jpeg() + b"\0" * (LARGEST + 5_000_000))
    assert "photos=1-too-large" in client.post(to(uuid.uuid4()), {"photo": large})["Location"]


def test_too_much_of_a_form_is_not_read(client, issue):
    answer = client.post(to(uuid.uuid4()), {"photo": BytesIO(jpeg())}, CONTENT_LENGTH=str(60 * 2**20))
    assert "photos=1-too-large" in answer["Location"]


def test_nobody_sends_to_a_link_that_is_not_there(client, issue):
    assert put(client, jpeg(), link="aa" * 16)[0] == 404
    assert client.put(f"/en/mine/{LINK}/photos/no-id/", data=jpeg()).status_code == 404


@pytest.mark.parametrize("erased", [{"issue": None}, {"erased_at": instant(2026, 3, 9)}], ids=["gone", "erased"])
def test_nothing_comes_to_an_erased_report(client, issue, erased):
    Submission.objects.update(**erased)
    assert put(client, jpeg())[0] == 410
    assert client.post(to(uuid.uuid4())).status_code == 410
    assert not Photo.objects.exists()


def test_other_sites_may_not_send_for_a_visitor(issue):
    client = Client(enforce_csrf_checks=True)
    assert put(client, jpeg(), headers={"Origin": "https://elsewhere.example"})[0] == 403
    assert put(client, jpeg(), headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert put(client, jpeg())[0] == 201


def test_reading_is_no_way_in(client, issue):
    assert client.get(to(uuid.uuid4())).status_code == 405
    assert client.delete(to(uuid.uuid4())).status_code == 405


def test_a_full_disk_says_when_to_come_again(client, issue, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept_photos.os, "fsync", full)
    answer = client.put(to(uuid.uuid4()), data=jpeg(), content_type="image/jpeg")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert answer.json()["code"] == "unkept"


class Stream:
    """A line that brings bytes without end, and counts how many were taken."""

    def __init__(self, whole=None):
        self.whole, self.taken = whole, 0

    def read(self, size=-1):
        part = b"\0" * size if self.whole is None else self.whole[self.taken : self.taken + size]
        self.taken += len(part)
        return part


def request(stream, **more):
    made = RequestFactory().put("/", **more)
    made.META.pop("CONTENT_LENGTH", None)
    made.META |= {"wsgi.input": stream, "wsgi.input_terminated": True}
    return made


def test_chunks_without_end_are_cut():
    stream = Stream()
    with pytest.raises(TooLargeError):
        body_of(request(stream), 1_000_000)
    assert stream.taken < 1_100_000


def test_chunks_with_an_end_are_read_whole():
    assert body_of(request(Stream(b"a" * 100_000)), 1_000_000) == b"a" * 100_000


def test_a_length_that_is_too_much_is_refused_unread():
    stream = Stream()
    made = request(stream)
    made.META["CONTENT_LENGTH"] = "2000000"
    with pytest.raises(TooLargeError):
        body_of(made, 1_000_000)
    assert stream.taken == 0


def test_a_line_that_breaks_brings_no_photo():
    made = RequestFactory().put("/", data=b"half", content_type="image/jpeg")
    made.META["CONTENT_LENGTH"] = "8"
    with pytest.raises(CutOffError):
        body_of(made, 1_000_000)


# --- out ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def photo(issue):
    return add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(640, 480))


def look(photo, state):
    Photo.objects.filter(pk=photo.pk).update(state=state)


def public(photo, size="full"):
    return f"/photos/{photo.pk}/{size}.jpg"


def own(photo, link=LINK, size="full"):
    return f"/en/mine/{link}/photos/{photo.pk}/{size}.jpg"


def of_staff(photo):
    return f"/en/moderation/photos/{photo.pk}/full.jpg"


def test_anybody_sees_what_is_shown(client, photo):
    look(photo, PhotoState.SHOWN)
    for size in SIZES:
        answer = client.get(public(photo, size))
        assert answer.status_code == 200
        assert answer.content == path_of(photo, size).read_bytes()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Disposition"] == f'inline; filename="{photo.pk}.jpg"'
    assert "Set-Cookie" not in answer


def test_nobody_packs_or_keeps_it_for_long(client, photo):
    look(photo, PhotoState.SHOWN)
    answer = client.get(public(photo), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "identity"
    assert answer["Cache-Control"] == "public, max-age=300"
    again = client.get(public(photo), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(public(photo), headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("state", [PhotoState.WAITING, PhotoState.REFUSED])
def test_what_nobody_has_let_through_is_not_there(client, photo, state):
    look(photo, state)
    assert client.get(public(photo)).status_code == 404


def test_a_photo_goes_with_its_issue(client, photo, issue):
    look(photo, PhotoState.SHOWN)
    issue.hidden = True
    issue.save()
    assert client.get(public(photo)).status_code == 404
    issue.hidden = False
    issue.save()
    issue.category.sensitive = True
    issue.category.save()
    assert client.get(public(photo)).status_code == 404


def test_there_is_no_other_size_and_no_other_photo(client, photo):
    look(photo, PhotoState.SHOWN)
    for path in (public(photo, "original"), f"/photos/{uuid.uuid4()}/full.jpg", f"/photos/{photo.pk}/../full.jpg"):
        assert client.get(path).status_code == 404
    path_of(photo, "full").unlink()
    assert client.get(public(photo)).status_code == 404


def test_who_sent_it_sees_it_in_any_state(client, photo, issue):
    issue.hidden = True
    issue.save()
    for state in PhotoState:
        look(photo, state)
        answer = client.get(own(photo))
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "private, no-store"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "ETag" not in answer


def test_a_link_opens_its_own_photos_only(client, photo):
    other = make_issue(i=1)
    Submission.objects.create(key_digest=b"o" * 32, body_digest=b"b" * 32, link=bytes.fromhex("ab" * 16), issue=other)
    assert client.get(own(photo, link="ab" * 16)).status_code == 404
    assert client.get(own(photo, link="cd" * 16)).status_code == 404


def test_what_others_send_to_dispute_is_not_the_reporters(client, issue):
    step = StatusChange.objects.create(issue=issue, state="resolved", at=instant(2026, 3, 6))
    verdict = Verdict.objects.create(issue=issue, closing=step, fixed=False, at=instant(2026, 3, 7))
    theirs = add_photo(issue=issue, id=uuid.uuid4(), data=jpeg(), verdict=verdict)
    assert client.get(own(theirs)).status_code == 404
    look(theirs, PhotoState.SHOWN)
    assert client.get(own(theirs)).status_code == 200


def test_staff_look_at_what_waits(client, photo):
    sign_in(client, make_moderator())
    answer = client.get(of_staff(photo))
    assert answer.status_code == 200
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))


def test_of_sensitive_subjects_only_who_answers_sees_photos(client, photo, issue):
    issue.category.sensitive = True
    issue.category.save()
    sign_in(client, make_moderator())
    assert client.get(of_staff(photo)).status_code == 404
    sign_in(client, make_officer())
    assert client.get(of_staff(photo)).status_code == 200


WHO = {
    "anonymous": lambda: None,
    "no permission": make_person,
    "moderator": make_moderator,
    "officer": make_officer,
}
# Which answer each gets for a photo that waits.
MAY = {
    "public": dict.fromkeys(WHO, 404),
    "own": dict.fromkeys(WHO, 200),
    "staff": {"anonymous": 302, "no permission": 403, "moderator": 200, "officer": 200},
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("route", MAY)
def test_who_may(client, photo, route, who):
    if account := WHO[who]():
        sign_in(client, account)
    path = {"public": public, "own": own, "staff": of_staff}[route](photo)
    assert client.get(path).status_code == MAY[route][who]
