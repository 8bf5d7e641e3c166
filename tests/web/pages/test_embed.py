"""The map for other sites: anybody may frame this one address, with the same filters and numbers."""

import re

import pytest

from tests.factories import make_boundaries, make_issues

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city():
    make_boundaries()
    make_issues(3, "roads", place="fabric")


def test_any_site_may_frame_it_and_no_other_address(client, address):
    own = client.get(address("embed"))
    assert "frame-ancestors *" in own["Content-Security-Policy"]
    assert "X-Frame-Options" not in own
    for name in ("home", "issues"):
        other = client.get(address(name))
        assert "frame-ancestors 'self'" in other["Content-Security-Policy"]
        assert other["X-Frame-Options"] == "SAMEORIGIN"


def test_otherwise_it_is_as_strict_as_every_page(client, address):
    own, other = (client.get(address(name))["Content-Security-Policy"] for name in ("embed", "home"))
    assert own.replace("frame-ancestors *", "frame-ancestors 'self'") == other


def test_it_has_no_navigation_and_no_cookie(client, address):
    answer = client.get(address("embed"))
    assert "<nav" not in answer.content.decode()
    assert not answer.cookies


def test_without_a_script_it_is_a_picture_with_the_same_choices(client, address):
    page = client.get(f"{address('embed')}?category=roads&state=open").content.decode()
    assert f'<img class="still" src="{address("live-still")}?category=roads&amp;state=open"' in page
    assert "3 issues." in page
    assert f'href="{address("issues")}?category=roads&amp;state=open"' in page
    assert '<input type="hidden" name="category" value="roads">' in page


def test_a_neighborhood_is_where_it_opens(client, address):
    whole, fabric = (
        re.search(r'data-bounds="([^"]+)"', client.get(f"{address('embed')}?{query}").content.decode())[1]
        for query in ("", "area=fabric")
    )
    assert whole == "21.18000,45.73000,21.24000,45.75000"
    assert fabric == "21.18000,45.73000,21.20000,45.75000"


def test_the_list_gives_the_lines_to_copy(client, address, settings):
    settings.SITE_URL = "https://ascult.example"
    page = client.get(f"{address('issues')}?category=roads&area=fabric").content.decode()
    assert (
        "&lt;iframe src=&quot;https://ascult.example/en/embed/?category=roads&amp;amp;area=fabric&quot; "
        "title=&quot;Map of issues&quot; width=&quot;100%&quot; height=&quot;480&quot; loading=&quot;lazy&quot;&gt;"
    ) in page
