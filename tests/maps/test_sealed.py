"""What is put inside a page stays what it was, and cannot reach out."""

from __future__ import annotations

import json

import pytest

from maps.sealed import inline, linked, script_json, sealed, without_pictures


@pytest.mark.parametrize(
    "written, shown",
    [
        ("© OpenStreetMap", "© OpenStreetMap"),
        (
            'x <a href="https://a.example/c?d=1&e">A & B</a> y',
            'x <a href="https://a.example/c?d=1&amp;e" rel="noopener" target="_blank">A &amp; B</a> y',
        ),
        ('<a href="javascript:alert(1)">A</a>', "&lt;a href=&quot;javascript:alert(1)&quot;&gt;A&lt;/a&gt;"),
        (
            '<a href="https://a.example" onclick="x()">A</a>',
            "&lt;a href=&quot;https://a.example&quot; onclick=&quot;x()&quot;&gt;A&lt;/a&gt;",
        ),
        ("{{ 7 * 7 }}", "&#123;&#123; 7 * 7 }}"),
        ("", ""),
    ],
)
def test_of_an_attribution_only_plain_links_are_markup(written: str, shown: str) -> None:
    assert linked(written) == shown


def test_an_element_ends_where_it_ends() -> None:
    assert inline("a</SCRIPT>b\r\nc", "script") == "<script>a<\\/SCRIPT>b\nc</script>"
    assert inline("a</script>b", "style") == "<style>a</script>b</style>"


def test_json_in_a_script_reads_back_as_it_was() -> None:
    value = {"name": "</script><!-- & {{ ț \u2028"}
    text = script_json(value)
    assert "<" not in text
    assert json.loads(text) == value


def test_a_stylesheet_asks_for_no_pictures() -> None:
    css = "a { background: url(images/layers.png) no-repeat } /* https://example.org */ b { behavior: url(#x) }"
    assert without_pictures(css) == "a { background: none no-repeat }  b { behavior: none }"


def test_the_policy_takes_its_place_once() -> None:
    html = sealed("@policy@<script>1</script><p>@policy@</p>")
    assert html.startswith('<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; script-src')
    assert html.endswith("<p>@policy@</p>")
