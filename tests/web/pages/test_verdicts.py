"""The form on which anybody says what they see of a closing."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from issues.models import Issue, Photo, Verdict
from issues.naming import tracking_number
from issues.rules import State
from issues.verdicts import give_verdict
from neighborhoods.models import Contact, Follow
from tests.factories import instant, make_boundaries, make_issue
from tests.made_pictures import jpeg
from web.pages.challenges import STRANGERS_VERDICTS_HOUR

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def closed():
    make_boundaries(["Fabric"])
    return make_issue("roads", closed=instant(2026, 3, 9))


@pytest.fixture
def url(address, closed):
    return address("issue-verdict", tracking_number(closed.pk))


def photo(data=None):
    return SimpleUploadedFile("../x.jpg", jpeg() if data is None else data, "image/jpeg")


def test_the_question_comes_before_the_form(client, url):
    html = client.get(url).content.decode()
    assert 'href="?fixed=yes"' in html
    assert 'href="?fixed=no"' in html
    assert "<form" not in html


def test_a_dispute_with_a_photo_leads_back_to_an_open_issue(client, url, closed, address):
    sent = {"fixed": "no", "said": "The hole is there.", "photos": photo(), "email": "ana@example.org"}
    answer = client.post(url, sent)
    assert answer.status_code == 303
    assert answer.headers["Location"] == address("issue", tracking_number(closed.pk)) + "?said=no"
    closed.refresh_from_db()
    assert closed.state == State.IN_PROGRESS
    assert Photo.objects.get().verdict == Verdict.objects.get()
    assert Follow.objects.get().subject == closed.pk
    assert "The issue is open again." in client.get(answer.headers["Location"]).content.decode()


def test_fixed_takes_one_press(client, url, closed):
    assert client.post(url, {"fixed": "yes"}).status_code == 303
    assert Verdict.objects.get().fixed


def test_fixed_a_second_time_from_the_same_house_is_not_counted(client, url, closed):
    client.post(url, {"fixed": "yes"}, REMOTE_ADDR="10.1.2.3")
    again = client.post(url, {"fixed": "yes"}, REMOTE_ADDR="10.1.2.4")
    assert again.status_code == 409
    assert "already said so today" in again.content.decode()
    assert client.post(url, {"fixed": "yes"}, REMOTE_ADDR="10.9.9.9").status_code == 303
    assert closed.verdicts.count() == 2


def test_what_is_missing_is_said_and_what_was_written_stays(client, url):
    answer = client.post(url, {"fixed": "no", "said": "The hole <is> there.", "email": "nobody"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "The hole &lt;is&gt; there." in html
    assert 'href="#email"' in html
    assert 'aria-invalid="true"' in html
    answer = client.post(url, {"fixed": "no", "said": ""})
    assert 'href="#said"' in answer.content.decode()
    assert 'href="#photo"' in answer.content.decode()


@pytest.mark.parametrize(
    "data, status, said",
    [(b"<svg/>", 415, "This is no JPEG"), (b"", 400, "The photo is empty."), (jpeg()[:400], 422, "damaged")],
)
def test_a_bad_photo_is_said_and_the_words_stay(client, url, closed, data, status, said):
    answer = client.post(url, {"fixed": "no", "said": "The hole is there.", "photos": photo(data)})
    html = answer.content.decode()
    assert answer.status_code == status
    assert said in html
    assert "The hole is there." in html
    closed.refresh_from_db()
    assert closed.state == State.RESOLVED


def test_a_photo_beyond_eight_megabytes_is_not_read(client, url):
    answer = client.post(url, {"fixed": "no", "said": "See.", "photos": photo(bytes(8 * 1024 * 1024 + 1))})
    assert answer.status_code == 422
    assert "8 MB are the most." in answer.content.decode()


def test_who_comes_second_is_told_and_keeps_the_words(client, url, closed):
    give_verdict(issue=closed, fixed=False, said="First.", by_reporter=True)
    answer = client.post(url, {"fixed": "no", "said": "Second.", "photos": photo()})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "This issue is open" in html
    assert "Second." in html


def test_of_many_answers_in_a_row_the_last_wait(client, address, closed):
    others = [make_issue("roads", i=i, closed=instant(2026, 3, 9)) for i in range(1, STRANGERS_VERDICTS_HOUR + 1)]
    urls = [address("issue-verdict", tracking_number(one.pk)) for one in [closed, *others]]
    answers = [client.post(one, {"fixed": "yes"}) for one in urls[:-1]]
    answers.append(client.post(urls[-1], {"fixed": "no", "said": "The hole is there.", "photos": photo()}))
    assert [a.status_code for a in answers] == [303] * STRANGERS_VERDICTS_HOUR + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "The hole is there." in answers[-1].content.decode()
    assert Verdict.objects.count() == STRANGERS_VERDICTS_HOUR


@pytest.mark.parametrize("change", [{"hidden": True}, {"hidden": True, "waiting": True}])
def test_what_is_not_public_has_no_form(client, url, closed, change):
    Issue.objects.filter(pk=closed.pk).update(**change)
    assert client.get(url).status_code == 302
    assert client.post(url, {"fixed": "yes"}).status_code == 302
    assert not Verdict.objects.exists()


def test_of_a_sensitive_subject_there_is_no_form(client, address):
    make_boundaries(["Fabric"])
    issue = make_issue("social", closed=instant(2026, 3, 9))
    assert client.get(address("issue-verdict", tracking_number(issue.pk))).status_code == 302


def test_another_site_cannot_answer_for_a_visitor(client, url):
    assert client.post(url, {"fixed": "yes"}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert not Verdict.objects.exists()


def test_no_cookie_is_set(client, url):
    client.get(url)
    client.post(url, {"fixed": "yes"})
    assert not client.cookies


def test_a_number_of_no_issue(client, address):
    assert client.get(address("issue-verdict", "K7QF-2M9X")).status_code == 404


@pytest.mark.parametrize("email", ["x" * 250 + "@example.org", '"a b"@example.org', "nobody"])
def test_an_address_that_cannot_be_written_to_is_said(client, url, email):
    answer = client.post(url, {"fixed": "yes", "email": email})
    assert answer.status_code == 422
    assert "e-mail address" in answer.content.decode()
    assert not Verdict.objects.exists()


def test_signs_that_nobody_sees_are_no_part_of_an_address(client, url):
    assert client.post(url, {"fixed": "yes", "email": "a\x01na@example.org\u202e"}).status_code == 303
    assert Contact.objects.get().email == "ana@example.org"
