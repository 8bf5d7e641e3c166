"""What we export we read back as the same issues."""

import pytest
from django.conf import settings
from django.core.management import call_command

from issues.importing import import_file
from issues.mappings import load_mapping
from issues.models import Issue, StatusChange
from tests.factories import instant, make_boundaries, make_issue

pytestmark = pytest.mark.django_db

SAID = ["external_id", "category", "state", "opened_at", "closed_at", "point", "title", "description", "neighborhood"]


def test_export_and_import_give_the_same_issues(tmp_path):
    make_boundaries(["Fabric"])
    make_issue(title='Un "bec", ars', description="Pe două\nrânduri, cu ș și ț.")
    make_issue("roads", i=4, closed=instant(2026, 3, 9))
    before = list(Issue.objects.order_by("external_id").values(*SAID))
    call_command("export_issues", str(tmp_path / "own.csv"))
    Issue.objects.all().delete()
    mapping = load_mapping("ascult", settings.FIXTURES / "mappings")
    quality = import_file(path=tmp_path / "own.csv", mapping=mapping, city=settings.CITY)
    assert (quality.new, quality.adds_up) == (2, True)
    assert list(Issue.objects.order_by("external_id").values(*SAID)) == before


def test_importing_over_what_is_there_adds_no_step(tmp_path):
    make_boundaries(["Fabric"])
    make_issue(closed=instant(2026, 3, 9))
    call_command("export_issues", str(tmp_path / "own.csv"))
    mapping = load_mapping("ascult", settings.FIXTURES / "mappings")
    import_file(path=tmp_path / "own.csv", mapping=mapping, city=settings.CITY)
    assert Issue.objects.count() == 1
    assert StatusChange.objects.count() == 2


def test_an_unwritable_folder_is_said(tmp_path):
    from django.core.management import CommandError

    with pytest.raises(CommandError, match="cannot write"):
        call_command("export_issues", str(tmp_path / "missing" / "own.csv"))
