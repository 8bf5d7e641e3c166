"""A tracking number names an issue under the city's own key, which is kept with the data."""

import pytest

from issues import naming
from issues.models import NumberKey
from issues.naming import issue_of, tracking_number
from issues.numbers import number_of
from tests.factories import make_boundaries, make_issue

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten():
    """Nothing of the key is remembered from before, nor afterwards."""
    naming._key.cache_clear()
    yield
    naming._key.cache_clear()


def test_a_number_leads_back_to_its_issue_however_it_is_written():
    make_boundaries(["Fabric"])
    issue = make_issue()
    number = tracking_number(issue.pk)
    assert issue_of(number) == issue_of(number.lower().replace("-", "")) == issue


def test_a_number_nobody_has_and_a_text_that_is_none_lead_nowhere():
    assert issue_of(tracking_number(2**39)) is None
    assert issue_of("not a number") is None


def test_the_key_of_the_data_is_used():
    tracking_number(1)
    key = bytes(NumberKey.objects.get().key)
    assert tracking_number(7) == number_of(7, key)


def test_a_key_that_was_lost_is_made_once_for_all():
    NumberKey.objects.all().delete()
    first = tracking_number(7)
    naming._key.cache_clear()
    assert tracking_number(7) == first
    assert NumberKey.objects.count() == 1


def test_a_key_that_is_there_is_never_replaced():
    NumberKey.objects.all().delete()
    NumberKey.objects.create(pk=5, key=b"k" * 16)
    assert tracking_number(7) == number_of(7, b"k" * 16)
    assert NumberKey.objects.count() == 1


def test_the_key_is_asked_for_once(django_assert_num_queries):
    tracking_number(7)
    with django_assert_num_queries(0):
        tracking_number(8)
