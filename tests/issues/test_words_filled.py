"""Issues from before the search get their words, once, however often the filling is broken off."""

from importlib import import_module

import pytest

from issues.models import Issue, SearchRow
from issues.rules import TextState
from tests.factories import make_boundaries, make_issue

pytestmark = pytest.mark.django_db

filling = import_module("issues.migrations.0006_words")


@pytest.fixture(autouse=True)
def before():
    make_boundaries()
    for i, (subject, text) in enumerate(
        [("roads", "Groapă\nadâncă"), ("roads", "Sunați la 0722 123 456"), ("social", "Ajutor"), ("lighting", "…")]
    ):
        make_issue(subject, i=i, description=text, title='Un "titlu", lung')
    Issue.objects.update(words="", text_state=TextState.SHOWN)
    assert not SearchRow.objects.exists()


def words():
    return list(Issue.objects.order_by("pk").values_list("text_state", "words"))


FILLED = [("shown", "un titlu lung groapa adanca"), ("withheld", ""), ("shown", ""), ("shown", "un titlu lung")]


def test_words_are_filled_and_personal_data_waits_for_a_person():
    filling.fill()
    assert words() == FILLED
    assert SearchRow.objects.count() == 2


def test_broken_off_it_goes_on_where_it_stopped(monkeypatch):
    monkeypatch.setattr(filling, "BATCH", 1)
    batches = filling._batch

    def broken(after):
        if after:
            raise KeyboardInterrupt
        return batches(after)

    monkeypatch.setattr(filling, "_batch", broken)
    with pytest.raises(KeyboardInterrupt):
        filling.fill()
    assert words()[0] == FILLED[0]
    assert words() != FILLED
    monkeypatch.setattr(filling, "_batch", batches)
    filling.fill()
    assert words() == FILLED


def test_what_has_words_or_was_looked_at_stays():
    Issue.objects.filter(category__slug="roads").update(words="own", text_state=TextState.SHOWN)
    Issue.objects.filter(category__slug="lighting").update(text_state=TextState.PRIVATE)
    filling.fill()
    assert words() == [("shown", "own"), ("shown", "own"), ("shown", ""), ("private", "")]
