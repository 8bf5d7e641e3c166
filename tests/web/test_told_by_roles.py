"""The whole way of a mail in the rights it really has: the web asks without reading an address, mail delivers."""

import pytest
from django.core import mail
from django.db import connection

from issues.actions import change_status
from issues.rules import State
from neighborhoods.models import Follow, Notice
from tests.factories import make_boundaries, make_issue
from web import roles
from web.mailing import deliver

pytestmark = pytest.mark.django_db


@pytest.fixture
def become():
    roles.make()

    def switch(role):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(f'SET LOCAL ROLE "{roles.name_of(role)}"')

    yield switch
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_asked_confirmed_told_and_delivered(client, become):
    make_boundaries(["Fabric"])
    become(roles.WEB)
    client.post("/en/follow/", {"kind": "neighborhood", "slug": "fabric", "email": "ana@example.org", "pace": "daily"})
    become(roles.MAIL)
    assert deliver() == 1
    become(roles.WEB)
    link = f"/en/follow/{bytes(Follow.objects.get().secret).hex()}/"
    assert client.get(link).status_code == 200
    client.post(link, {"go": "confirm"})
    client.post(link, {"go": "pace", "pace": "once"})
    change_status(by=None, issue=make_issue(place="fabric"), to=State.IN_PROGRESS)
    become(roles.MAIL)
    assert deliver() == 1
    assert [m.to for m in mail.outbox] == [["ana@example.org"]] * 2
    assert "in progress" in mail.outbox[1].body
    become(roles.WEB)
    client.post(f"{link}stop/")
    assert Follow.objects.get().stopped_at is not None
    assert not Notice.objects.filter(sent_at=None).exists()
