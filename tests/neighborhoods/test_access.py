"""Roles and keys are given and ended; somebody is always left who may give them."""

import pytest

from neighborhoods.access import (
    MARK,
    AlreadyGivenError,
    LastAdministratorError,
    OwnRoleError,
    actor_of_account,
    actor_of_token,
    end_role,
    give_role,
    make_token,
    revoke_token,
)
from neighborhoods.acts import Act, acts_of
from neighborhoods.models import ApiToken, Grant
from neighborhoods.models.access import READ, WRITE
from neighborhoods.rules import BOUNDED, GIVEN, Role, Subject
from tests.factories import make_category
from tests.staff import make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def chief():
    return make_person("chief", Role.ADMINISTRATOR)


def test_who_gave_a_role_and_who_ended_it_stays(chief):
    account = make_person()
    grant = give_role(user=account, role=Role.OFFICER, by=chief, area="fabric")
    assert end_role(grant=grant, by=chief)
    assert not end_role(grant=grant, by=chief)
    kept = Grant.objects.get(user=account)
    assert (kept.given_by, kept.ended_by, kept.area) == (chief, chief, "fabric")
    assert kept.given_at <= kept.ended_at


def test_the_same_role_is_given_once_and_again_when_it_has_ended(chief):
    account, category = make_person(), make_category("roads")
    first = give_role(user=account, role=Role.OFFICER, by=chief, category=category)
    with pytest.raises(AlreadyGivenError):
        give_role(user=account, role=Role.OFFICER, by=chief, category=category)
    give_role(user=account, role=Role.OFFICER, by=chief)
    end_role(grant=first, by=chief)
    give_role(user=account, role=Role.OFFICER, by=chief, category=category)
    assert Grant.objects.now().filter(user=account).count() == 2


@pytest.mark.parametrize("role", sorted(set(Role) - GIVEN))
def test_what_nobody_is_given(role, chief):
    with pytest.raises(ValueError, match="nobody's to give"):
        give_role(user=make_person(), role=role, by=chief)


@pytest.mark.parametrize("role", sorted(GIVEN - BOUNDED))
def test_a_role_that_is_asked_about_nothing_in_particular_has_no_bounds(role, chief):
    """An administrator of one neighbourhood would be one of all."""
    with pytest.raises(ValueError, match="everywhere"):
        give_role(user=make_person(), role=role, by=chief, area="fabric")
    assert Grant.objects.count() == 1


def test_nobody_gives_themself_a_role(chief):
    with pytest.raises(OwnRoleError):
        give_role(user=chief, role=Role.MODERATOR, by=chief)
    assert chief.grants.count() == 1


def test_the_last_administrator_stays(chief):
    own = chief.grants.get()
    with pytest.raises(LastAdministratorError):
        end_role(grant=own, by=chief)
    with pytest.raises(LastAdministratorError):
        give_role(user=chief, role=Role.BANNED, by=None)
    other = make_person("other", Role.ADMINISTRATOR)
    assert end_role(grant=own, by=chief)
    with pytest.raises(LastAdministratorError):
        end_role(grant=other.grants.get(), by=other)


@pytest.mark.parametrize("gone", ["banned", "closed"])
def test_who_cannot_act_is_no_administrator_left(gone, chief):
    other = make_person("other", Role.ADMINISTRATOR)
    if gone == "banned":
        give_role(user=other, role=Role.BANNED, by=chief)
    else:
        other.is_active = False
        other.save()
    with pytest.raises(LastAdministratorError):
        end_role(grant=chief.grants.get(), by=chief)
    assert end_role(grant=other.grants.get(role=Role.ADMINISTRATOR.value), by=chief)


def test_bounds_hold_all_at_once(chief):
    account = make_person()
    give_role(user=account, role=Role.OFFICER, by=chief, category=make_category("roads"), area="fabric")
    actor = actor_of_account(account, second_factor=True)
    officers = frozenset({Role.OFFICER})
    assert actor.may(officers, Subject(category="roads", area="fabric", department="any"))
    assert not actor.may(officers, Subject(category="roads", area="iosefin"))
    assert not actor.may(officers, Subject(category="water", area="fabric"))
    assert not actor_of_account(account, second_factor=False).may(officers)


def test_of_a_key_only_a_digest_is_kept(chief):
    token, key = make_token(name="a map", scope=WRITE, by=chief)
    assert key.startswith(MARK)
    kept = str(list(ApiToken.objects.values()))
    assert key.removeprefix(MARK) not in kept
    assert token.begins == key.removeprefix(MARK)[:8]
    assert actor_of_token(key).held[0].role == Role.API_WRITE
    assert revoke_token(token=token, by=chief)
    assert not revoke_token(token=token, by=chief)
    assert actor_of_token(key) is None
    assert [(done.act, done.by) for done in acts_of(token)] == [(Act.KEY_MADE, chief), (Act.KEY_REVOKED, chief)]


@pytest.mark.parametrize("key", ["", MARK, "ascult_\0", "x" * 10_000, "Ascult_abc", f"{MARK}{'a' * 43}"])
def test_what_is_no_key(key):
    assert actor_of_token(key) is None


def test_a_key_says_on_which_day_it_was_used(chief):
    token, key = make_token(name="a map", scope=READ, by=chief)
    assert token.used_on is None
    actor_of_token(key)
    token.refresh_from_db()
    assert token.used_on
