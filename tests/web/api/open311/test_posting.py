"""Reports from other programs: each way to say where, answers, photos, keys, and what is refused how."""

from __future__ import annotations

import json
import uuid
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.erasing import erase_issue
from issues.models import Issue, Photo, Submission
from issues.moderating import publish
from issues.naming import issue_of
from issues.rules import Precision, TextState
from neighborhoods.access import make_token, revoke_token
from neighborhoods.models import Follow
from neighborhoods.models.access import WRITE
from tests.made_pictures import jpeg
from tests.staff import make_moderator
from tests.web.api.open311.conftest import V2, make_address
from web.api.throttling import Policy

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def test_a_report_by_two_numbers(send, ask):
    (told,) = send()
    assert set(told) == {"service_request_id", "service_notice", "account_id"}
    issue = issue_of(told["service_request_id"])
    assert (issue.point.x, issue.point.y, issue.description) == (21.19, 45.74, "A deep hole.")
    assert (issue.channel, issue.precision, issue.category.slug) == ("open311", Precision.POINT, "roads")
    assert "Timișoara City Hall" in told["service_notice"]
    assert ask("requests")[0]["service_request_id"] == told["service_request_id"]


def test_a_report_by_the_key_of_an_address(send):
    entry = make_address(number="12")
    (told,) = send(lat=None, long=None, address_id=entry.pk)
    issue = issue_of(told["service_request_id"])
    assert (issue.point.x, issue.address, issue.precision) == (21.187, "Strada Mureș 12", Precision.POINT)
    assert "address_id" in send(400, lat=None, long=None, address_id="999999999")[0]["description"]


@pytest.mark.parametrize(
    ("words", "precision"),
    [
        ("Strada Mureș 12", Precision.POINT),
        ("str. Mures nr. 12, Fabric, Timișoara, 300001", Precision.POINT),
        ("Casa verde, Strada Mureș 12, Timișoara", Precision.POINT),
        ("Strada Mureș", Precision.STREET),
        ("Strada Mureș 99, Timișoara", Precision.STREET),
    ],
)
def test_a_report_by_an_address_in_words(send, words, precision):
    make_address()
    make_address(number="12", lng=21.188)
    make_address("Aleea Mureș", words="aleea mures", lng=21.21)
    issue = issue_of(send(lat=None, long=None, address_string=words)[0]["service_request_id"])
    assert (issue.precision, issue.address) == (precision, words)
    assert issue.point.x == (21.188 if precision == Precision.POINT else 21.187)


@pytest.mark.parametrize("words", ["Mur", "Strada Mur 1", "Strada care nu e", "Timișoara", ",", "\x00"])
def test_words_that_name_no_one_place_are_refused_with_what_is_like_them(send, words):
    make_address("Strada Mureșului", words="muresului")
    (error,) = send(400, lat=None, long=None, address_string=words)
    assert error["description"].startswith(("address_string", "lat, long"))
    assert ("(address_id " in error["description"]) == ("Mur" in words)
    assert not Issue.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lat": None, "long": None}, "lat, long"),
        ({"long": None}, "long"),
        ({"lat": "here"}, "lat, long"),
        ({"lat": "nan"}, "lat, long"),
        ({"lat": "1e400"}, "lat, long"),
        ({"lat": 21.19, "long": 45.74}, "lat, long: latitude and longitude look swapped"),
        ({"lat": 0, "long": 0}, "lat, long: outside"),
        ({"description": "a" * 4_001}, "description: too long"),
        ({"description": "\u200d"}, "description"),
        ({"email": "nobody"}, "email"),
        ({"attribute[surface]": "moon"}, "attribute[surface]"),
        ({"attribute[surface][]": ["road", "pavement"]}, "attribute[surface]: takes one value"),
        ({"address_string": "a" * 301}, "address_string"),
        ({"service_code": ""}, "service_code"),
    ],
)
def test_what_cannot_be_is_a_bad_request_naming_the_field(send, changes, field):
    (error,) = send(400, **changes)
    assert error["code"] == 400
    assert error["description"].startswith(field)
    assert not Issue.objects.exists()


def test_every_field_that_is_wrong_is_named(send):
    told = send(400, email="nobody", description="a" * 5_000)
    assert {error["description"].partition(":")[0] for error in told} == {"email", "description"}


def test_an_unknown_service_or_city_is_not_found(send):
    assert send(404, service_code="nothing")[0]["code"] == 404
    assert send(404, jurisdiction_id="chicago")[0]["description"].startswith("jurisdiction_id")


def test_what_the_standard_allows_is_taken(send):
    """A long text, no text at all, fields about the sender, and attributes that nobody asked for."""
    long = issue_of(send(description="b" * 4_000)[0]["service_request_id"])
    assert len(long.description) == 4_000
    person = {"first_name": "Ana", "last_name": "Pop", "phone": "0722000111", "device_id": "d", "account_id": "a"}
    told = send(description=None, **person, **{"attribute[fixmystreet_id]": "12"})
    issue = issue_of(told[0]["service_request_id"])
    assert issue.description == "Străzi, alei, trotuare, poduri"
    everything = json.dumps(list(Issue.objects.filter(pk=issue.pk).values()), default=str)
    assert "Ana" not in everything
    assert "0722000111" not in everything


def test_answers_are_kept_by_their_questions(send, ask):
    given = {"attribute[lamps]": "one", "attribute[pole][]": "A 12", "attribute[else]": "?"}
    (told,) = send(service_code="lighting", **given)
    assert issue_of(told["service_request_id"]).answers == {"lamps": "one", "pole": "A 12"}
    (shown,) = ask(f"requests/{told['service_request_id']}", extensions="true")
    assert [one["value"] for one in shown["attributes"]] == ["one", "A 12"]


def test_an_address_is_kept_to_be_asked_and_never_told(send, ask):
    (told,) = send(email="ana@example.org")
    assert Follow.objects.get().reporter
    said = json.dumps([told, ask("requests", extensions="true")])
    assert "ana@" not in said
    assert Submission.objects.get().contact_id


def test_personal_data_in_a_text_waits_as_it_does_everywhere(send, ask):
    send(description="Call me: 0722 000 111")
    assert Issue.objects.get().text_state == TextState.WITHHELD
    assert ask("requests")[0]["description"] is None


@pytest.mark.parametrize("name", ["media", "media[]", "photo"])
def test_photos_come_along_and_wait_for_a_person(send, ask, name):
    (told,) = send(multipart=True, **{name: SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")})
    photo = Photo.objects.get()
    assert photo.issue == issue_of(told["service_request_id"])
    assert ask("requests")[0]["media_url"] is None
    Photo.objects.update(state="shown")
    assert ask("requests")[0]["media_url"] == f"https://ascult.example/photos/{photo.pk}/full.jpg"


def test_a_bad_photo_never_costs_the_report(send):
    (told,) = send(multipart=True, media=SimpleUploadedFile("a.jpg", b"no photo", "image/jpeg"))
    assert "This is no JPEG, PNG or WebP photo." in told["service_notice"]
    assert Issue.objects.count() == 1
    assert not Photo.objects.exists()


def test_an_address_of_a_photo_is_not_fetched_and_that_is_said(send):
    (told,) = send(media_url="http://169.254.169.254/latest")
    assert "was not fetched" in told["service_notice"]
    assert "169.254" not in json.dumps(list(Issue.objects.values()), default=str)


def test_the_same_key_brings_one_report(send):
    key = {"Idempotency-Key": "my report 1".replace(" ", "-")}
    first, again = send(headers=key), send(headers=key)
    assert first == again
    assert Issue.objects.count() == 1
    assert send(409, headers=key, description="Another hole.")[0]["code"] == 409
    # Another program's key of the same name is another key.
    other = make_token(name="another app", scope=WRITE, by=None)[1]
    assert send(headers=key, api_key=other) != first
    erase_issue(issue=issue_of(first[0]["service_request_id"]))
    assert send(410, headers=key)[0]["code"] == 410
    assert send(400, headers={"Idempotency-Key": "ș"})[0]["code"] == 400


def test_without_a_key_of_its_own_every_post_is_a_report(send):
    send(), send()
    assert Issue.objects.count() == 2


def test_what_waits_for_a_person_has_a_token_until_then(send, ask, ask_xml):
    (told,) = send(service_code="noise", description="Every night.")
    token = told["token"]
    assert "service_request_id" not in told
    assert "A person looks" in told["service_notice"]
    assert ask(f"tokens/{token}") == [{"token": token}]
    issue = Issue.objects.get()
    publish(by=make_moderator(), issue=issue)
    (found,) = ask(f"tokens/{token}")
    assert (found["token"], issue_of(found["service_request_id"])) == (token, issue)
    assert ask_xml(f"tokens/{token}").findtext("request/service_request_id") == found["service_request_id"]
    assert ask(f"requests/{found['service_request_id']}")[0]["description"] is None
    erase_issue(issue=issue)
    assert ask(f"tokens/{token}", 404)[0]["code"] == 404


@pytest.mark.parametrize("token", ["1", "0" * 64, "z" * 64, "é", "0" * 5000])
def test_a_token_that_is_none_is_not_found(ask, token):
    assert ask(f"tokens/{token}", 404)[0]["description"] == "token: there is no such token"


def test_a_missing_a_wrong_a_reading_and_a_revoked_key_are_forbidden(send, client, reading_key):
    token, gone = make_token(name="gone", scope=WRITE, by=None)
    revoke_token(token=token)
    for wrong, said in ((None, "missing"), ("xyz", "unknown"), (reading_key, "may not"), (gone, "revoked")):
        (error,) = send(403, api_key=wrong)
        assert (error["code"], said in error["description"]) == (403, True), wrong
    answer = client.post(f"{V2}/requests.xml")
    assert (answer.status_code, answer["Content-Type"]) == (403, "text/xml; charset=utf-8")
    assert ElementTree.fromstring(answer.content).findtext("error/code") == "403"
    assert not Issue.objects.exists()


def test_a_key_may_come_in_the_address_or_as_a_header(send, client, key):
    send(api_key=None, headers={"Authorization": f"Bearer {key}"})
    fields = "service_code=roads&lat=45.74&long=21.19&description=A+hole"
    assert client.post(f"{V2}/requests.json?api_key={key}", fields, content_type=FORM).status_code == 200
    assert Issue.objects.count() == 2


def test_reading_looks_at_no_key(ask):
    assert ask("requests", api_key="wrong") == []


def test_xml_answers_a_report_in_the_standards_shape(client, key):
    fields = f"api_key={key}&service_code=roads&lat=45.74&long=21.19&description=Gaur%C4%83+%C8%99i+ap%C4%83"
    answer = client.post(f"{V2}/requests.xml", fields, content_type=FORM)
    root = ElementTree.fromstring(answer.content)
    assert root.tag == "service_requests"
    assert [child.tag for child in root.find("request")] == ["service_request_id", "service_notice", "account_id"]
    assert issue_of(root.findtext("request/service_request_id")).description == "Gaură și apă"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("{}", "application/json"),
        ("a=1", "text/plain"),
        ("a=1", f"{FORM.partition(';')[0]}; charset=utf-16"),
        ("broken", "multipart/form-data; boundary=x"),
        ("broken", "multipart/form-data"),
        ("x" * 300_000, FORM),
        ("&".join(f"a{i}=1" for i in range(300)), FORM),
    ],
)
def test_a_body_that_is_no_form_is_a_bad_request(client, key, body, kind):
    answer = client.post(f"{V2}/requests.json?api_key={key}", body, content_type=kind)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json; charset=utf-8"), answer.content
    assert json.loads(answer.content)[0]["code"] == 400


@pytest.fixture
def no_more(monkeypatch):
    """No report more may come in within the hour."""

    def closed():
        monkeypatch.setattr("web.api.open311.posting.REPORTS", Policy("reports", 0, 0, 3600))

    return closed


def test_a_program_is_limited_by_its_key_and_told_so(client, key, no_more):
    no_more()
    fields = {"api_key": key, "service_code": "roads", "lat": 45.74, "long": 21.19}
    answer = client.post(f"{V2}/requests.json", fields)
    assert (answer.status_code, json.loads(answer.content)[0]["code"]) == (429, 429)
    assert int(answer["Retry-After"]) > 0
    assert answer["RateLimit"].startswith('"reports";r=0')
    assert not Issue.objects.exists()


def test_what_came_in_before_may_come_again_whatever_the_limit(send, no_more):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = send(headers=key)
    no_more()
    assert send(headers=key) == first
