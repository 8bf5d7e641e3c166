"""The reporter's own button works for the web, which may read no address."""

import uuid

import pytest
from django.db import connection

from issues.drafts import Draft
from issues.erasing import erase_issue, erase_person
from issues.models import Issue
from issues.photos import add_photo
from issues.retention import forget_personal
from issues.submitting import submit
from neighborhoods.models import Follow, Notice
from tests.factories import make_boundaries, make_category
from tests.made_pictures import jpeg
from web import roles

pytestmark = pytest.mark.django_db

LAMP = Draft("lighting", "The lamp is out.", 21.19, 45.74, language="en", email="ion@example.ro")


@pytest.fixture(autouse=True)
def as_the_web(settings, tmp_path):
    settings.MEDIA_ROOT, settings.STATE_DIR = tmp_path / "media", tmp_path
    make_boundaries(["Fabric"])
    make_category()
    roles.make()
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{roles.name_of(roles.WEB)}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def contacts() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM neighborhoods_contact")
        return cursor.fetchone()[0]


def test_a_report_comes_in_and_is_erased():
    issue = submit(key=uuid.uuid4(), draft=LAMP).issue
    add_photo(issue=issue, id=uuid.uuid4(), data=jpeg())
    assert contacts() == 1
    done = erase_issue(issue=issue)
    assert (done["reports"], done["contacts"], done["photos"]) == (1, 1, 1)
    assert contacts() == Follow.objects.count() == Notice.objects.count() == 0
    assert Issue.objects.get().description == ""


def test_so_does_a_whole_person_and_what_has_had_its_time():
    submit(key=uuid.uuid4(), draft=LAMP)
    forget_personal()
    assert erase_person(email="ion@example.ro")["contacts"] == 1
