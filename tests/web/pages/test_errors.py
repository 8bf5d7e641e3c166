"""What went wrong is said in the site's look, in the reader's language, without leaning on what broke."""

import pytest
from django.db import OperationalError
from django.http import UnreadablePostError

from web.pages import home


@pytest.fixture
def broken(client, monkeypatch):
    """The first page fails with the given error."""
    client.raise_request_exception = False

    def visit(error, language="en"):
        def fail(*args, **kwargs):
            raise error

        monkeypatch.setattr(home.shown, "current_set", fail)
        return client.get(f"/{language}/")

    return visit


@pytest.mark.django_db
def test_a_page_that_is_not_here(client):
    answer = client.get("/ro/nimic/")
    assert answer.status_code == 404
    assert "Pagina nu este aici" in answer.content.decode()


@pytest.mark.django_db
def test_a_mistake_of_ours(broken):
    answer = broken(ValueError("secret of the house"))
    assert answer.status_code == 500
    assert "The mistake is ours." in answer.content.decode()
    assert "secret" not in answer.content.decode()


@pytest.mark.django_db
def test_a_database_that_does_not_answer(broken):
    answer = broken(OperationalError("connection refused"), language="ro")
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "Revenim imediat" in answer.content.decode()


def test_error_pages_ask_the_database_for_nothing(broken):
    """Without the django_db mark any query would fail the test."""
    assert broken(OperationalError("gone")).status_code == 503


@pytest.mark.django_db
def test_what_did_not_arrive_whole_is_no_mistake_of_ours(broken):
    assert broken(UnreadablePostError("the line went silent")).status_code == 408
