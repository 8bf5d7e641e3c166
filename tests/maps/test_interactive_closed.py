"""The page asks the network for nothing, and the same map is the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable

from analytics.results import ListeningReport
from geo.cities import BaseMap
from maps.interactive import Assets, page
from maps.layers import Layers, report_layers
from maps.words import Words

TILES = BaseMap(
    "raster",
    url="https://{s}.tile.example.org/{z}/{x}/{y}.png",
    attribution='© <a href="https://example.org/copyright">Example</a> contributors <b>',
)
# Names of things, not addresses that a page opens: the SVG namespace and Leaflet's own name in its licence.
NAMES = {"http://www.w3.org/2000/svg", "https://leafletjs.com"}


def test_without_a_base_map_no_address_is_left(layers: Layers, words: Words, leaflet: Assets) -> None:
    html = page(layers, words, leaflet)
    assert set(re.findall(r"https?://[^\s\"'<>)]+", html)) <= NAMES
    assert not re.search(r"@import|sourceMappingURL", html)
    markup = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"<(link|img|iframe|object|base)\b|\b(src|href)=", markup)
    assert set(re.findall(r"url\(([^)]*)\)", "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL)))) == {
        "#hatch"
    }
    assert len(html.encode()) < 400_000


def test_twice_is_the_same(make_report: Callable[..., ListeningReport], words: Words, assets: Assets) -> None:
    first = page(report_layers(make_report()), words, assets)
    other = page(report_layers(make_report(name="Fabric", hotspots=())), words, assets, TILES)
    assert page(report_layers(make_report()), words, assets) == first
    assert other != first
    assert not re.search(r"[0-9a-f]{32}", first)


def test_the_data_of_the_layers_is_not_touched(layers: Layers, words: Words, assets: Assets) -> None:
    before = repr(layers)
    page(layers, words, assets)
    assert repr(layers) == before


def test_the_policy_lets_its_own_scripts_run_and_no_other(layers: Layers, words: Words, leaflet: Assets) -> None:
    html = page(layers, words, leaflet)
    policy = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)[0]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    assert "img-src data:;" in policy
    for tag in ("script", "style"):
        bodies = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
        assert bodies
        for body in bodies:
            assert base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() in policy
    assert not re.search(r'\s(style|on\w+)="', html)


def test_a_base_map_adds_its_tiles_its_source_and_its_place_in_the_policy(
    layers: Layers, words: Words, assets: Assets
) -> None:
    html = page(layers, words, assets, TILES)
    assert '"https://{s}.tile.example.org/{z}/{x}/{y}.png"' in html
    assert "img-src data: https://*.tile.example.org;" in html
    assert '\\u003ca href=\\"https://example.org/copyright\\" rel=\\"noopener\\"' in html
    assert "contributors \\u0026lt;b\\u0026gt;" in html
    assert '<body class="tiles">' in html
    assert 'data-layer="cells"' in html


def test_tiles_of_the_site_itself_come_from_itself(layers: Layers, words: Words, assets: Assets) -> None:
    own = BaseMap("raster", url="/tiles/{z}/{x}/{y}.png", attribution="© Example")
    assert "img-src data: 'self';" in page(layers, words, assets, own)


def test_a_base_map_that_is_no_raster_leaves_plain_paper(layers: Layers, words: Words, assets: Assets) -> None:
    plain = page(layers, words, assets)
    assert page(layers, words, assets, BaseMap("none")) == plain
    assert page(layers, words, assets, BaseMap("file", path="city.pmtiles")) == plain
