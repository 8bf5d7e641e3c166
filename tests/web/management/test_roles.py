"""The command that says, gives and ends roles."""

import io

import pytest
from django.core.management import CommandError, call_command

from neighborhoods.models import Department, Grant
from neighborhoods.rules import Role
from tests.factories import make_boundaries, make_category
from tests.staff import make_moderator, make_person
from web.permissions import printed

pytestmark = pytest.mark.django_db


def roles(*args, **options):
    out = io.StringIO()
    call_command("roles", *args, stdout=out, **options)
    return out.getvalue()


def test_everybody_who_holds_a_role_is_named():
    make_moderator(), make_person("ana", Role.OFFICER, area="fabric"), make_person("nobody")
    assert roles() == "ana: officer (neighbourhood fabric)\nmoderator: moderator\n"
    assert roles("moderator") == "moderator: moderator\n"


def test_a_role_is_given_within_bounds():
    make_boundaries(["Fabric"])
    make_category("roads")
    Department.objects.create(slug="works", names={"en": "Works"})
    make_person("ana")
    said = roles("ana", give="officer", department="works", category="roads", area="fabric")
    assert said == "ana: officer (department works, subject roads, neighbourhood fabric)\n"
    grant = Grant.objects.get()
    assert (grant.given_by, grant.ended_at) == (None, None)


def test_a_role_is_ended_whatever_its_reach():
    account = make_person("ana", Role.OFFICER, area="fabric")
    assert roles("ana", end="officer") == ""
    assert not account.grants.now().exists()
    assert account.grants.count() == 1


@pytest.mark.parametrize(
    "given, said",
    [
        ({"give": "king"}, "king is no role; one of: administrator"),
        ({"give": "resident"}, "resident is no role"),
        ({"give": "api_write"}, "api_write is no role"),
        ({"give": "moderator"}, "holds moderator already"),
        ({"give": "officer", "department": "nothing"}, "there is no department nothing"),
        ({"give": "officer", "category": "nothing"}, "there is no subject nothing; there are: .*roads"),
        ({"give": "officer", "area": "nowhere"}, "there is no neighbourhood nowhere"),
        ({"give": "administrator", "category": "roads"}, "administrator reaches everywhere"),
        ({"end": "officer"}, "moderator does not hold officer"),
    ],
)
def test_what_cannot_be_is_said(given, said):
    make_category("roads")
    make_moderator()
    with pytest.raises(CommandError, match=said):
        roles("moderator", **given)
    assert Grant.objects.now().count() == 1


def test_an_account_that_is_not_there():
    with pytest.raises(CommandError, match="there is no account ana; make it with: script/manage createsuperuser"):
        roles("ana", give="officer")


def test_the_last_administrator_stays():
    make_person("chief", Role.ADMINISTRATOR)
    with pytest.raises(CommandError, match="last administrator"):
        roles("chief", end="administrator")
    assert Grant.objects.now().count() == 1


def test_the_table_of_rights_is_printed():
    assert roles(table=True).strip() == printed()
