"""Attempts are counted by block and place, for an hour, and the blocks of two days cannot be joined."""

import datetime as dt

import pytest
from django.utils import timezone

from neighborhoods.limits import block_of, last_hour, last_hour_of_both, note, spend
from neighborhoods.models import Attempt

NOON = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("10.1.2.3", "10.1.2.250", True),
        ("10.1.2.3", "10.1.3.3", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:10.1.2.3", "10.1.2.9", True),
        ("", "not an address", True),
    ],
)
def test_who_shares_a_block(one, other, same):
    assert (block_of(one, NOON) == block_of(other, NOON)) is same


def test_a_block_is_another_tomorrow():
    assert block_of("10.1.2.3", NOON) != block_of("10.1.2.3", NOON + dt.timedelta(days=1))


def test_the_address_is_not_in_it():
    assert len(block_of("10.1.2.3", NOON)) == 16
    assert b"10.1.2" not in block_of("10.1.2.3", NOON)


@pytest.mark.django_db
def test_only_the_last_hour_of_the_own_block_and_place_counts():
    mine, other = block_of("10.1.2.3", NOON), block_of("10.9.9.9", NOON)
    note(mine, 7)
    note(mine, 8)
    note(other, 7)
    Attempt.objects.create(block=mine, cell=7, at=timezone.now() - dt.timedelta(minutes=61))
    assert (last_hour(block=mine), last_hour(block=other), last_hour(cell=7)) == (2, 1, 2)
    assert [last_hour_of_both(mine, 7), last_hour_of_both(other, 8), last_hour_of_both(other, 9)] == [
        (2, 2),
        (1, 1),
        (1, 0),
    ]


@pytest.mark.django_db
def test_a_window_lets_so_many_in_and_says_when_the_next():
    block, other = block_of("10.1.2.3", NOON), block_of("10.9.9.9", NOON)
    minute = dt.timedelta(seconds=60)
    told = [spend(block, 2, minute) for _ in range(3)]
    assert [(one.let_in, one.left, one.frees_in_s) for one in told] == [(True, 1, 60), (True, 0, 60), (False, 0, 60)]
    assert spend(other, 2, minute).left == 1
    first = Attempt.objects.filter(block=block).earliest("pk")
    Attempt.objects.filter(pk=first.pk).update(at=first.at - minute)
    assert spend(block, 2, minute).let_in
    assert Attempt.objects.filter(block=block).count() == 2
