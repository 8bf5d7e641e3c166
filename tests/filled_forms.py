"""The report form as a browser sends it: filled in, and read back from the page it came with."""

from __future__ import annotations

import html
import re
import uuid
from html.parser import HTMLParser

from neighborhoods.models import Address
from neighborhoods.street_words import street_key

LNG, LAT = 21.195, 45.742


def filled(**changes: str) -> dict[str, str]:
    """A whole form, at its last section, about a lamp in the first square of a small world."""
    return {
        "go": "finish",
        "step": "send",
        "key": str(uuid.uuid4()),
        "lng": str(LNG),
        "lat": str(LAT),
        "precision": "point",
        "place": "Strada Mare, Fabric",
        "address": "",
        "text": "The lamp has been out since Monday.",
        "category": "lighting",
        "email": "",
        "website": "",
        "work": "",
    } | changes


def as_json(**changes: object) -> dict[str, object]:
    """The same as a script may send it in JSON."""
    return {
        "key": str(uuid.uuid4()),
        "lng": LNG,
        "lat": LAT,
        "text": "The lamp has been out since Monday.",
        "category": "lighting",
    } | changes


def make_address(street: str, number: str = "", *, neighborhood: str = "fabric", lng: float = LNG, lat: float = LAT):
    """One entry of the gazetteer."""
    return Address.objects.create(
        street=street,
        number=number,
        words=street_key(street),
        point=f"SRID=4326;POINT({lng} {lat})",
        neighborhood=neighborhood,
        source="written for the test",
    )


def words(markup: str) -> str:
    """What a reader sees, with single blanks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


class Page(HTMLParser):
    """What a browser would send of a page's form, which sections are in view, and every id there is."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.ids: dict[str, dict[str, str | None]] = {}
        self.buttons: set[str] = set()
        self.named: list[dict[str, str | None]] = []
        self._select, self._text = "", ""
        self.feed(markup)

    @property
    def view(self) -> list[str]:
        """Sections that are not hidden."""
        return [name[5:] for name, at in self.ids.items() if name.startswith("step-") and "hidden" not in at]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        if at.get("id"):
            self.ids[at["id"]] = at
        name = at.get("name") or ""
        if tag == "button" and name == "go":
            self.buttons.add(at["value"] or "")
        if name and tag in {"input", "textarea", "select"}:
            self.named.append(at | {"tag": tag})
        if tag == "textarea":
            self._text = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in at:
            self.values[self._select] = at.get("value") or ""
        elif tag == "input" and name and (at.get("type") not in {"radio", "file"} or "checked" in at):
            self.values[name] = at.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text] += data.removeprefix("\n")

    def offers(self, name: str) -> list[str]:
        """Values of the radios of a name."""
        return [at["value"] or "" for at in self.named if at.get("name") == name and at.get("type") == "radio"]


def page_of(answer) -> Page:
    return Page(answer.content.decode())
