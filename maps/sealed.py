"""A page that is closed in itself: texts put inside it, links made harmless, a policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import escape
from typing import Any
from urllib.parse import urlsplit

POLICY_PLACE = "@policy@"

_LINK = re.compile(r'<a href="(https?://[^"<>\s]+)">([^<>]*)</a>')


def inline(text: str, tag: str) -> str:
    """An element that holds a script or a style, whatever the text says.

    The text cannot end its element, and its line ends are those a browser counts in a digest.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("<!--", "<\\!--")
    body = re.sub(rf"</(?={tag})", r"<\\/", plain, flags=re.IGNORECASE)
    return f"<{tag}>{body}</{tag}>"


def script_json(value: Any) -> str:
    """JSON that may stand inside a script element."""
    text = json.dumps(value, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def without_source_map(script: str) -> str:
    """A script that no longer points to a file beside it."""
    return re.sub(r"//# sourceMappingURL=\S+", "", script)


def without_pictures(css: str) -> str:
    """A stylesheet that asks for no picture files; Leaflet's are for controls and pins that our maps do not have."""
    return re.sub(r"url\([^)]*\)", "none", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


def linked(attribution: str) -> str:
    """HTML of an attribution: text, and plain links to other sites; everything else is shown as it was written."""
    parts = _LINK.split(attribution)
    html = _text(parts[0])
    for url, name, rest in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        html += f'<a href="{_text(url)}" rel="noopener" target="_blank">{_text(name)}</a>{_text(rest)}'
    return html


def _text(text: str) -> str:
    # A brace as an entity: the library that draws tiles reads its options as a template.
    return escape(text).replace("{", "&#123;")


def sealed(html: str, tiles_url: str = "") -> str:
    """The page with a Content-Security-Policy where it says `@policy@` first.

    Its own scripts and styles run by their digests; pictures come only from the tile server, if there is one.
    """
    rules = {
        "default-src": ["'none'"],
        "script-src": _digests(html, "script"),
        "style-src": _digests(html, "style"),
        "img-src": ["data:", *_origin(tiles_url)],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    policy = "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())
    # Double quotes only: a policy is full of single ones, and it stays readable for whoever checks it.
    meta = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy, quote=False)}">'
    return html.replace(POLICY_PLACE, meta, 1)


def _origin(url: str) -> list[str]:
    """Where pictures of an address such as https://{s}.example.org/{z}/{x}/{y}.png come from, for a policy."""
    if not url:
        return []
    address = urlsplit(url.replace("{s}", "*"))
    return [f"{address.scheme}://{address.netloc}"] if address.netloc else ["'self'"]


def _digests(html: str, tag: str) -> list[str]:
    found = re.findall(rf"<{tag}>(.*?)</{tag}>", html, flags=re.DOTALL)
    return [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in found]
