"""The web adds addresses of people and never reads one; who delivers mail reads them."""

from __future__ import annotations

import pytest
from django.db import ProgrammingError, connection, transaction

from neighborhoods.contacts import addresses, keep_contact
from neighborhoods.models import Contact
from tests.factories import make_boundaries, make_issue
from web import roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_role():
    """Go on as one of the roles, in the transaction of the test, which takes the roles away again."""
    roles.make()

    def become(role):
        with connection.cursor() as cursor:
            cursor.execute(f'SET LOCAL ROLE "{roles.name_of(role)}"')

    yield become
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def refused(action):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        action()


def test_the_web_keeps_an_address_it_cannot_read(as_role):
    as_role(roles.WEB)
    kept = keep_contact("ana@example.org", "ro")
    assert keep_contact("Ana@Example.org", "ro") == kept
    refused(lambda: addresses([kept]))
    refused(lambda: list(Contact.objects.values_list("email")))
    refused(lambda: Contact.objects.filter(email="ana@example.org").exists())
    refused(lambda: Contact.objects.filter(pk=kept).update(language="en"))


def test_mail_reads_it_and_adds_none(as_role):
    kept = keep_contact("ana@example.org", "ro")
    as_role(roles.MAIL)
    assert addresses([kept]) == {kept: ("ana@example.org", "ro")}
    refused(lambda: keep_contact("other@example.org", "ro"))


@pytest.mark.parametrize("role", [roles.WEB, roles.MAIL])
def test_neither_changes_tables(as_role, role):
    as_role(role)
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("DROP TABLE issues_issue"))
        refused(lambda: cursor.execute("ALTER TABLE issues_issue DISABLE TRIGGER ALL"))


def test_the_web_writes_issues(as_role):
    make_boundaries()
    as_role(roles.WEB)
    assert make_issue(place="fabric").pk


def test_a_new_table_is_granted_when_roles_are_made_again(as_role):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE brand_new (n int)")
        roles.grant()
        as_role(roles.WEB)
        cursor.execute("INSERT INTO brand_new VALUES (1)")
