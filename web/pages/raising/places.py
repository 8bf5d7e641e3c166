"""Where it is, without a map: found by words, taken from a list, or read from two numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.conf import settings

from geo.words import folded
from geo.written import place_problem
from issues.rules import Precision
from neighborhoods import gazetteer
from web.pages.addresses import said_of
from web.pages.raising.typed import Typed, degree
from web.pages.shown import current_set

MOST_FOUND = 12
# As people copy it from a map: latitude, longitude.
_TWO_NUMBERS = re.compile(r"\s*(-?\d{1,3}[.]\d+)\s*[,; ]\s*(-?\d{1,3}[.]\d+)\s*")
_PK = re.compile(r"[1-9]\d{0,17}", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """One place to choose from: the key of an Address and its words."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True)
class Offer:
    """What a search or a list offers; `more`: there are more than are shown."""

    choices: Sequence[Choice] = field(default_factory=tuple)
    more: bool = False


def areas() -> list[tuple[str, str]]:
    """Slug and name of every area of the primary layer, by name."""
    chosen = current_set()
    return list(chosen.areas.order_by("name").values_list("slug", "name")) if chosen else []


def search(text: str) -> Offer:
    """Streets and addresses that a text names."""
    found = gazetteer.search(text, MOST_FOUND + 1)
    choices = [Choice(str(one.pk), one.label, chosen=len(found) == 1) for one in found[:MOST_FOUND]]
    return Offer(choices, more=len(found) > MOST_FOUND)


def streets(slug: str) -> Offer:
    """All streets of an area, without its name: that stands above the list."""
    rows = list(gazetteer.streets_of(slug))
    return Offer([Choice(str(row.pk), str(row), chosen=len(rows) == 1) for row in rows])


def numbers_in(text: str) -> tuple[str, str] | None:
    """(lng, lat) of a search that is two numbers, latitude first."""
    match = _TWO_NUMBERS.fullmatch(text)
    return (match[2], match[1]) if match else None


def at(typed: Typed, lng: str, lat: str) -> Typed:
    """The form with its place at a point (degrees, as text), in words where it lies in the city."""
    x, y = degree(lng), degree(lat)
    place = "" if place_problem(x, y, settings.CITY) else said_of(x, y)["said"]
    address = typed.address.removeprefix(typed.named).lstrip(" ,") if typed.named else typed.address
    return replace(typed, lng=lng, lat=lat, precision=Precision.POINT, place=place, address=address, named="", found="")


def begun(typed: Typed, query: Mapping[str, str]) -> Typed:
    """The form begun at a point of the map, where the address of the page names one in the city."""
    lng, lat = query.get("lng", ""), query.get("lat", "")
    return typed if place_problem(degree(lng), degree(lat), settings.CITY) else at(typed, lng, lat)


def swapped(typed: Typed) -> Typed:
    return at(typed, typed.lat, typed.lng)


def looks_swapped(typed: Typed) -> bool:
    return place_problem(degree(typed.lng), degree(typed.lat), settings.CITY) == "swapped"


def nowhere(typed: Typed) -> Typed:
    """The form with no place chosen."""
    return replace(typed, lng="", lat="", precision="", place="", found="")


def chosen(typed: Typed) -> Typed | None:
    """The form with the entry of `found` as its place; nothing where there is no such entry.

    Its name also begins the words about the place, instead of the name of a place chosen before.
    """
    one = _entry(typed)
    if one is None:
        return None
    return replace(
        typed,
        lng=str(one.lng),
        lat=str(one.lat),
        precision=Precision.POINT if one.precise else Precision.STREET,
        place=one.label,
        address=_named(typed.address.strip(), one.address, typed.named),
        named=one.address,
        found="",
    )


def _entry(typed: Typed) -> gazetteer.Found | None:
    """The entry chosen: as the search gave it, which keeps a house number nobody knows, else by its key alone."""
    if not _PK.fullmatch(typed.found):
        return None
    pk = int(typed.found)
    offered = gazetteer.search(typed.searched, MOST_FOUND) if typed.searched else []
    return next((one for one in offered if one.pk == pk), None) or gazetteer.found(pk)


def _named(address: str, name: str, before: str) -> str:
    rest = address
    if before and address.startswith(before):
        rest = address[len(before) :].lstrip(" ,")
    if not rest:
        return name
    return rest if folded(name) in folded(rest) else f"{name}, {rest}"
