"""A name may hold anything; on the page it is only ever text."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from analytics.results import ListeningReport
from maps.interactive import Assets, page
from maps.layers import report_layers
from maps.words import Words

NASTY = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\"' onmouseover='alert(1)' x=\"",
    "</title><img src=x onerror=alert(1)>",
    "<!--<script>",
    "{{ 7 * 7 }} {% raw %}",
    "@policy@ @policy@",
]


class Shape(HTMLParser):
    """The tags of a document with the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))


@pytest.mark.parametrize("nasty", NASTY)
def test_no_word_changes_the_shape_of_the_page(
    make_report: Callable[..., ListeningReport], make_words: Callable[..., Words], assets: Assets, nasty: str
) -> None:
    fields = ("title", "description", "place", "counts", "none", "withheld", "outline", "hotspots", "clusters")
    more = ("legend", "keys", "zoom_in", "zoom_out", "close", "attribution")
    said = {"cell": lambda p: nasty, "hotspot": lambda p: nasty, "cluster": lambda p: nasty, "q": lambda q: nasty}
    words = make_words(**dict.fromkeys((*fields, *more), nasty), **said)
    html = page(report_layers(make_report(name=nasty, neighborhood=nasty)), words, assets)
    calm = page(report_layers(make_report()), make_words(), assets)
    assert Shape(html).tags == Shape(calm).tags
    assert html.count("<script>") == html.count("</script>") == calm.count("</script>")
    assert "49" not in re.sub(r"[\d.]{3,}", "", html[html.index("<main>") : html.index("</main>")])


def test_an_asset_cannot_end_its_own_element(make_report: Callable[..., ListeningReport], words: Words) -> None:
    assets = Assets(
        leaflet_js='var a = "</script><script>alert(1)</SCRIPT ><!--";\r\n//# sourceMappingURL=leaflet.js.map',
        leaflet_css="a { content: '</style>'; background: url(images/layers.png) } /* https://example.org */",
    )
    html = page(report_layers(make_report()), words, assets)
    assert 'var a = "<\\/script><script>alert(1)<\\/SCRIPT ><\\!--";\n' in html
    assert "content: '<\\/style>'; background: none }" in html
    assert "example.org" not in html
    assert "sourceMappingURL" not in html
