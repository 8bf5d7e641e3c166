"""Where a report is: by two numbers, by an entry of the city's gazetteer, or by its name in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Never

from django.conf import settings

from geo.words import folded
from geo.written import place_problem, plain
from issues.rules import Precision
from neighborhoods import gazetteer
from neighborhoods.gazetteer import LONGEST_SEARCH, Found
from neighborhoods.models import Address
from neighborhoods.street_words import STREET, Wanted, clean, number_key, readings
from web.api.open311.asking import Values, degrees
from web.api.problems import RefusedError

_PK = re.compile(r"[1-9]\d{0,17}", re.ASCII)
MOST_NAMED = 8


@dataclass(frozen=True)
class Spot:
    """A place in degrees, how closely it is known, and its address in words."""

    lng: float
    lat: float
    precision: Precision
    address: str


def spot_of(values: Values) -> Spot:
    """The place of a report: numbers before an entry, an entry before words. Raises RefusedError (400)."""
    lat, long = degrees(values, "lat"), degrees(values, "long")
    words = plain(values.one("address_string"))
    if lat is not None or long is not None:
        return _at(lat, long, words)
    if entry := values.one("address_id").strip():
        return _entered(entry, words)
    if words:
        return _named(words)
    _refuse("lat, long", "say where it is: lat and long, or address_id, or address_string")


def _at(lat: float | None, long: float | None, words: str) -> Spot:
    if lat is None or long is None:
        _refuse("lat" if lat is None else "long", "missing; lat and long go together")
    problem = place_problem(long, lat, settings.CITY)
    if problem:
        said = {
            "not-a-number": "degrees as plain decimals",
            "swapped": "latitude and longitude look swapped",
            "outside": f"outside the city, which lies in {','.join(map(str, settings.CITY.bbox))}",
        }
        _refuse("lat, long", said[problem])
    return Spot(long, lat, Precision.POINT, words)


def _entered(entry: str, words: str) -> Spot:
    found = gazetteer.found(int(entry)) if _PK.fullmatch(entry) else None
    if found is None:
        _refuse("address_id", "there is no such address")
    return _spot(found, words or found.address)


def _named(words: str) -> Spot:
    """The one place of a name. Nobody is there to choose, so a name that may mean several places is none."""
    for text in _parts(words):
        for wanted in readings(clean(text)[:LONGEST_SEARCH]):
            if found := _exactly(wanted, text):
                return _spot(found, words)
    near = [found for text in _parts(words) for found in gazetteer.search(text, MOST_NAMED)]
    offered = "; ".join(f"{found.label} (address_id {found.pk})" for found in near[:MOST_NAMED])
    _refuse("address_string", f"not one known place. {f'Like it: {offered}.' if offered else 'Send lat and long.'}")


def _parts(words: str) -> Iterator[str]:
    """What of an address may name a street: its first parts, then all of it, never the city's own name."""
    city = {folded(name) for name in settings.CITY.name.values()}
    parts = [part.strip() for part in words.split(",")][:2]
    yield from (part for part in parts if part and folded(part) not in city)
    if len(parts) > 1:
        yield words


def _exactly(wanted: Wanted, text: str) -> Found | None:
    """The entry that a reading names in full: the very address, else its street where the number is not known."""
    key = " ".join(wanted.words if wanted.kind in {"", STREET} else (wanted.kind, *wanted.words))
    offered = {found.pk: found for found in gazetteer.search(text, MOST_NAMED)}
    entries = [entry for entry in Address.objects.filter(pk__in=list(offered)) if entry.words == key]
    exact = [entry for entry in entries if number_key(entry.number) == wanted.number]
    streets = [entry for entry in entries if not entry.number]
    chosen = exact or streets
    return offered[chosen[0].pk] if len(chosen) == 1 else None


def _spot(found: Found, words: str) -> Spot:
    return Spot(found.lng, found.lat, Precision.POINT if found.precise else Precision.STREET, words)


def _refuse(field: str, said: str) -> Never:
    raise RefusedError(400, said, fields={field: said})
