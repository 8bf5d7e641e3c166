"""The last press without a script: one report, a page of thanks, photos after it, and every way it can go wrong."""

from __future__ import annotations

import uuid
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.utils import timezone

from issues.models import Issue, Photo, Submission
from issues.photos import PhotoRefusedError
from tests.factories import make_boundaries, make_category
from tests.filled_forms import filled, page_of, words
from web.pages.raising import delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(client, address):
    make_boundaries()
    make_category()

    def sent(values, **more):
        answer = client.post(address("issue-new"), values, **more)
        assert not answer.cookies
        return answer

    return sent


@pytest.fixture
def kept(monkeypatch):
    """Photos that arrive, by id; a photo that begins with a code is refused with it."""
    arrived: dict[uuid.UUID, bytes] = {}

    def add(*, issue, id, data):
        if data.startswith(b"refuse:"):
            raise PhotoRefusedError(data[7:].decode())
        if data == b"down":
            raise OperationalError("gone")
        arrived[id] = data

    monkeypatch.setattr(delivery, "add_photo", add)
    return arrived


def photo(data=b"picture"):
    return SimpleUploadedFile("a.jpg", data, "image/jpeg")


def test_one_report_and_its_own_page(post):
    answer = post(filled(address="by the school", email="me@example.org", **{"answer-lighting-lamps": "several"}))
    issue, held = Issue.objects.get(), Submission.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, f"/en/mine/{bytes(held.link).hex()}/?new=1")
    assert (issue.description, issue.address) == ("The lamp has been out since Monday.", "by the school")
    assert (issue.category.slug, issue.answers) == ("lighting", {"lamps": "several"})
    assert held.contact_id is not None
    assert "me@example.org" not in answer["Location"]


def test_pressed_twice_it_is_one_report_and_one_page(post):
    form = filled()
    first, second = post(form), post(form)
    assert first["Location"] == second["Location"]
    assert Issue.objects.count() == 1


def test_other_words_under_the_same_key_ask_once_and_are_another_report(post):
    form = filled()
    post(form)
    answer = post(form | {"text": "Another lamp."})
    page = page_of(answer)
    assert (answer.status_code, page.view, page.values["text"]) == (409, ["send"], "Another lamp.")
    assert "The lamp has been out" not in answer.content.decode()
    assert page.values["key"] != form["key"]
    assert post(page.values | {"go": "finish"}).status_code == 303
    assert Issue.objects.count() == 2


def test_an_erased_report_does_not_come_back_by_itself(post):
    form = filled()
    post(form)
    Submission.objects.update(erased_at=timezone.now(), issue=None)
    answer = post(form)
    assert answer.status_code == 410
    assert page_of(answer).values["key"] != form["key"]


@pytest.mark.parametrize(
    "key", ["", "no-key", "00000000-0000-0000-0000-000000000000", "{7604314c-749b-4720-89b4-fbb2fd9d1955}"]
)
def test_without_a_key_nothing_is_kept_and_the_next_press_works(post, key):
    answer = post(filled(key=key))
    page = page_of(answer)
    assert (answer.status_code, Issue.objects.count()) == (400, 0)
    assert post(page.values | {"go": "finish"}).status_code == 303


def test_a_wrong_address_is_told_beside_its_field(post):
    answer = post(filled(email="nobody"))
    page = page_of(answer)
    assert (answer.status_code, page.view, page.values["email"]) == (422, ["send"], "nobody")
    assert page.ids["email"]["aria-invalid"] == "true"
    assert 'href="#email"' in answer.content.decode()


def test_the_earliest_section_with_a_problem_comes_first(post):
    answer = post(filled(text="", lng="", lat="", email="nobody"))
    assert (answer.status_code, page_of(answer).view) == (422, ["where"])


def test_who_fills_the_trap_can_get_out_of_it(post):
    answer = post(filled(website="https://spam.example"))
    page = page_of(answer)
    assert answer.status_code == 422
    assert "empty the field" in words(answer.content.decode())
    assert "tabindex" not in page.ids["website"]
    assert post(page.values | {"website": "", "go": "finish"}).status_code == 303


def test_photos_come_after_the_report(post, kept):
    answer = post(filled() | {"photos": [photo(), photo(b"other")]})
    assert answer["Location"].endswith("/?new=1&photos=2-kept")
    assert list(kept.values()) == [b"picture", b"other"]


@pytest.mark.parametrize("name", ["x" * 5_000 + ".jpg", "ș" * 5_000 + ".jpg", "../../x.jpg", "a.php.jpg"])
def test_what_a_photo_is_called_does_not_matter(post, kept, name):
    file = BytesIO(b"picture")
    file.name = name
    answer = post(filled() | {"photos": [file]})
    assert answer["Location"].endswith("?new=1&photos=1-kept")
    assert list(kept.values()) == [b"picture"]


def test_the_same_photos_sent_twice_have_the_same_ids(post, kept):
    form = filled()
    post(form | {"photos": [photo()]})
    post(form | {"photos": [photo()]})
    assert len(kept) == 1


def test_a_bad_photo_never_costs_the_report(post, kept):
    large = photo(b"x" * (8 * 1024 * 1024 + 1))
    files = [photo(), photo(b"refuse:broken"), large, photo(b"down"), photo(b"refuse:busy"), photo(b"6")]
    answer = post(filled() | {"photos": files})
    assert answer["Location"].endswith("?new=1&photos=1-broken,2-failed,1-kept,1-too-large,1-too-many")
    assert Issue.objects.count() == 1


def test_a_file_that_is_no_photo_is_told_by_its_code(post):
    answer = post(filled() | {"photos": [photo(b"<svg/>")]})
    assert answer.status_code == 303
    assert "photos=1-" in answer["Location"]
    assert "kept" not in answer["Location"]
    assert not Photo.objects.exists()


def test_a_page_that_comes_back_says_that_photos_must_be_chosen_again(post, kept):
    answer = post(filled(email="nobody") | {"photos": [photo()]})
    assert "Please choose the photos again." in words(answer.content.decode())
    assert not kept


def test_nothing_a_stranger_adds_is_taken(post):
    post(filled(state="resolved", hidden="1", waiting="1", source="theirs", id="7", opened_at="2001-01-01"))
    issue = Issue.objects.get()
    assert (issue.state, issue.hidden, issue.source) == ("received", False, "ascult")
    assert issue.opened_at.year > 2001
