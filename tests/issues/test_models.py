"""What the public reads of an issue is safe in itself, whoever asks for it."""

import pytest

from issues.models import Issue
from issues.rules import TextState
from tests.factories import make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries(["Fabric"])


def read(issue):
    return issue.public_title, issue.public_text, issue.public_address


@pytest.mark.parametrize(
    "state, seen",
    [
        (TextState.SHOWN, ("A title", "A text", "Strada Mare 1")),
        (TextState.EDITED, ("", "Another text", "")),
        (TextState.WITHHELD, ("", "", "")),
        (TextState.PRIVATE, ("", "", "")),
    ],
)
def test_the_public_reads_what_the_state_of_the_text_lets_it(state, seen):
    issue = make_issue("roads", title="A title", description="A text", address="Strada Mare 1")
    issue.text_state, issue.edited_text = state, "Another text"
    assert read(issue) == seen


@pytest.mark.parametrize("state", list(TextState))
def test_of_a_sensitive_subject_it_reads_nothing_whatever_the_state(state):
    issue = make_issue("social", title="A title", description="A text", address="Strada Mare 1")
    issue.text_state, issue.edited_text = state, "Another text"
    assert read(issue) == ("", "", "")


def test_it_asks_the_database_nothing_where_the_subject_came_along(django_assert_num_queries):
    make_issue("roads")
    make_issue("social", i=1)
    with django_assert_num_queries(1):
        assert sum(any(read(issue)) for issue in Issue.objects.select_related("category")) == 1
