"""Words for answers: kept with a look at them first; places that are none are told."""

import pytest

from issues.models import ReplyTemplate
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_category
from tests.staff import make_officer, make_person, sign_in
from tests.web.pages.conftest import words

pytestmark = pytest.mark.django_db
PAGE = "/en/desk/templates/"
FORM = {"name": "On the way", "text": "We go to {place} for {number}.", "category": "", "state": "in_progress"}


@pytest.fixture
def keeper(client):
    make_boundaries(["Fabric"])
    make_category()
    sign_in(client, make_person("keeper", Role.ADMINISTRATOR))
    return client


def test_a_template_is_looked_at_kept_changed_and_removed(keeper):
    answer = keeper.post(PAGE, FORM | {"act": "preview", "active": "1"})
    assert "We go to Strada Mare 5, Fabric for K7QF-2M9X." in words(answer.content.decode())
    assert not ReplyTemplate.objects.exists()
    assert keeper.post(PAGE, FORM | {"act": "keep", "active": "1"}).status_code == 303
    row = ReplyTemplate.objects.get()
    assert (row.name, row.state, row.active) == ("On the way", "in_progress", True)
    assert "On the way" in words(keeper.get(PAGE, {"edit": row.pk}).content.decode())
    keeper.post(PAGE, FORM | {"act": "keep", "key": row.pk, "name": "Later"})
    row.refresh_from_db()
    assert (row.name, row.active) == ("Later", False)
    keeper.post(PAGE, {"act": "drop", "key": row.pk})
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dear {nmae}", "There is no place called “nmae”."),
        ("Dear {number", "A brace is opened and not closed"),
        ("Dear }", "A brace is closed that was not opened."),
        ("   ", "A template needs a name and words."),
        ("x" * 2001, "2,000 letters and 100 are the most."),
    ],
)
def test_words_that_cannot_be_used_are_not_kept(keeper, text, said):
    answer = keeper.post(PAGE, FORM | {"act": "keep", "text": text})
    assert answer.status_code == 422
    assert said in words(answer.content.decode())
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize("more", [{"state": "nowhere"}, {"name": ""}, {"name": "x" * 101}, {"category": "no-such"}])
def test_values_that_cannot_be_are_not_kept(keeper, more):
    assert keeper.post(PAGE, FORM | {"act": "keep"} | more).status_code == 422
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "0", "9" * 30])
def test_a_template_that_is_none_is_neither_shown_nor_removed(keeper, key):
    assert keeper.get(PAGE, {"edit": key}).status_code == 200
    assert keeper.post(PAGE, {"act": "drop", "key": key}).status_code == 303


def test_templates_are_for_who_keeps_them(client):
    sign_in(client, make_officer())
    assert client.get(PAGE).status_code == 403
