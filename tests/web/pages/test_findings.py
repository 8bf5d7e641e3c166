"""Every family of the newest Run can be had, and nothing of sensitive subjects that reports withhold."""

import pytest

from analytics.models import Finding
from tests.factories import make_analysed, make_boundaries

pytestmark = pytest.mark.django_db


def test_every_family_is_listed_and_each_can_be_had_whole(client, address):
    run = make_analysed()
    told = client.get(address("findings-json")).json()
    assert told["run"]["id"] == run.pk
    assert len(told["families"]) == run.findings.count()
    for family in told["families"]:
        answer = client.get(address("findings-json"), family).json()
        res = None if family["units"] == "areas" else int(family["units"])
        held = Finding.objects.get(run=run, kind=family["kind"], category=family["subject"], res=res)
        assert answer["body"] == held.body


def test_few_sensitive_incidents_are_in_none(client, address):
    make_analysed()  # one incident of the subject social
    families = client.get(address("findings-json")).json()["families"]
    assert "social" not in {f["subject"] for f in families}
    themes = client.get(address("findings-json"), {"kind": "themes"}).json()["body"]
    n = dict(zip(themes["category"], zip(themes["n"], themes["withheld"], strict=True), strict=True))
    assert n["social"] == (None, True)


@pytest.mark.parametrize(
    "asked, code, field",
    [
        ({"kind": "beauty"}, 404, "kind"),
        ({"kind": "counts"}, 404, "kind"),
        ({"kind": "a\0b"}, 404, "kind"),
        ({"kind": "counts", "subject": "\0"}, 404, "kind"),
        ({"kind": "counts", "units": "7"}, 400, "units"),
    ],
)
def test_what_is_not_there_is_said(client, address, asked, code, field):
    make_analysed()
    answer = client.get(address("findings-json"), asked)
    assert (answer.status_code, answer.json()["field"]) == (code, field)


def test_before_any_analysis_there_is_none(client, address):
    make_boundaries()
    assert client.get(address("findings-json")).status_code == 404
