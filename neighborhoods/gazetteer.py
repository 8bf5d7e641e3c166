"""Where a name lies, and which street is near a point: asked of the city's own gazetteer, never of anybody outside."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile

from django.conf import settings
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import Max, QuerySet

from neighborhoods.models import Address, Neighborhood
from neighborhoods.street_words import STREET, Wanted, begins_with_slip, clean, kind_of, number_key, readings

LONGEST_SEARCH = 100
BOOK_S = 60


@dataclass(frozen=True)
class Found:
    """One answer to a search. `label` is for choosing ("Strada Mureș 12, Fabric"), `address` for the report.

    `precise`: the place is an address; else it is a street, somewhere along which the place lies.
    """

    pk: int
    label: str
    address: str
    lng: float
    lat: float
    precise: bool


@dataclass(frozen=True)
class Near:
    """The entry nearest to a point, and how far off it is in metres."""

    entry: Address
    distance_m: float


def search(text: str, limit: int = 8) -> list[Found]:
    """Streets and addresses that a text names, best first; nothing where it names none.

    Each word must begin a word of the name; kinds of street ("str.", "bd.") only help to choose. Where nothing is
    found so, one slip of a finger is forgiven. A house number that is not known gives its street, the number kept.
    """
    meant = list(readings(clean(text)[:LONGEST_SEARCH]))
    if not meant:
        return []
    book = _book()
    for named in (book.named, book.nearly_named):
        for wanted in meant:
            if streets := named(wanted):
                best = sorted(streets, key=lambda pk: _rank(book.streets[pk], wanted))
                return _answers(best[:limit], wanted)[:limit]
    return []


def found(pk: int) -> Found | None:
    """One entry by its key, as a search gives it; nothing where there is none (any more)."""
    entry = Address.objects.filter(pk=pk).first()
    return _found(entry, "", _area_names([entry.neighborhood])) if entry else None


def nearest(lng: float, lat: float, within_m: float = 300) -> Near | None:
    """The street or address nearest to a point in degrees, if one is known so near."""
    return next(filter(None, (_nearest(lng, lat, reach_m) for reach_m in (within_m / 5, within_m))), None)


def _nearest(lng: float, lat: float, within_m: float) -> Near | None:
    point = Point(lng, lat, srid=4326)
    degrees = within_m / 60_000  # a degree of longitude is at least 60 km up to 57 degrees of latitude
    entry = (
        Address.objects.filter(point__bboverlaps=point.buffer(degrees).envelope)
        .annotate(distance=Distance("point", point, spheroid=True))
        .filter(distance__lte=D(m=within_m))
        .order_by("distance", "pk")
        .first()
    )
    return Near(entry, entry.distance.m) if entry else None


def streets_of(slug: str) -> QuerySet[Address]:
    """The streets whose own place lies in an area, by name."""
    return _streets().filter(neighborhood=slug).order_by("words")


def _streets() -> QuerySet[Address]:
    return Address.objects.filter(number="")


class _Book:
    """All street names by their words, in memory: `streets` holds keys by primary key."""

    def __init__(self, streets: Iterable[tuple[int, str]]) -> None:
        self.streets = dict(streets)
        self.holding: dict[str, set[int]] = {}
        for pk, key in self.streets.items():
            for word in key.split():
                self.holding.setdefault(word, set()).add(pk)
        self.words = sorted(self.holding)

    def named(self, wanted: Wanted) -> set[int]:
        """Streets in which each word begins a word; those of the kind asked for where no more was said."""
        if not wanted.words:
            return self.holding.get(wanted.kind, set()) if wanted.kind != STREET else set()
        return set.intersection(*(self._begun(typed) for typed in wanted.words))

    def nearly_named(self, wanted: Wanted) -> set[int]:
        """Streets in which each word begins a word but one, and that one does but for a slip."""
        right = [self._begun(typed) for typed in wanted.words]
        absent = [i for i, known in enumerate(right) if not known]
        if len(absent) > 1:
            return set()
        found: set[int] = set()
        for i in absent or range(len(right)):
            nearly = (self.holding[word] for word in self.words if begins_with_slip(word, wanted.words[i]))
            found |= set().union(*nearly).intersection(*right[:i], *right[i + 1 :])
        return found

    def _begun(self, typed: str) -> set[int]:
        """Streets with a word that begins so."""
        first = bisect_left(self.words, typed)
        begun = takewhile(lambda word: word.startswith(typed), islice(self.words, first, None))
        return set().union(*(self.holding[word] for word in begun))


def _book() -> _Book:
    """The book of streets as it stands, or stood less than BOOK_S ago: what is added shows at once, all else then."""
    newest = Address.objects.aggregate(newest=Max("pk"))["newest"]
    return _read_book(newest, int(time.monotonic() // BOOK_S))


@lru_cache(maxsize=1)
def _read_book(newest: int | None, minute: int) -> _Book:
    return _Book(_streets().values_list("pk", "words"))


def _rank(key: str, wanted: Wanted) -> tuple[bool, int, bool, int, str]:
    """What comes first when sorted: the kind asked for, more words whole, in their place, no others beside."""
    words = key.split()
    name = words[1:] if kind_of(key) != STREET else words
    other_kind = bool(wanted.kind) and wanted.kind != kind_of(key)
    whole = sum(word in words for word in wanted.words)
    first = bool(name and wanted.words) and name[0].startswith(wanted.words[0])
    return (other_kind, -whole, not first, len(name), key)


def _answers(best: Sequence[int], wanted: Wanted) -> list[Found]:
    """The streets, or where a number was asked for each with its address: the very one, else those that begin so."""
    streets = Address.objects.in_bulk(best)
    chosen = [streets[pk] for pk in best if pk in streets]
    numbered = _numbered(chosen, wanted.number) if wanted.number else {}
    names = _area_names([entry.neighborhood for entry in [*chosen, *(a for some in numbered.values() for a in some)]])
    answers: list[Found] = []
    for street in chosen:
        known = numbered.get(street.words, [])
        if not known or number_key(known[0].number) != wanted.number:
            answers.append(_found(street, wanted.kept, names))
        for entry in known:
            exact = number_key(entry.number) == wanted.number
            answers.append(_found(entry, wanted.kept if exact else entry.number, names))
    return answers


def _numbered(streets: Sequence[Address], number: str) -> dict[str, list[Address]]:
    """Addresses on streets, by key of the street, whose number is or begins with the one asked for: 12, 12A, 120."""
    rows = Address.objects.filter(words__in=[street.words for street in streets]).exclude(number="")
    begun = [(key, row) for row in rows if (key := number_key(row.number)).startswith(number)]
    known: dict[str, list[Address]] = {}
    for _key, row in sorted(begun, key=lambda one: (_value(one[0]), one[0])):
        known.setdefault(row.words, []).append(row)
    return known


def _value(number: str) -> int:
    return int("".join(takewhile(str.isdecimal, number)))


def _found(entry: Address, kept: str, names: Mapping[str, str]) -> Found:
    """An entry as an answer; `kept` is the number to say in the address where it differs from the entry's own."""
    address = f"{entry.street} {kept or entry.number}".strip()
    label = ", ".join(part for part in (str(entry), names.get(entry.neighborhood, "")) if part)
    return Found(entry.pk, label, address, entry.point.x, entry.point.y, bool(entry.number))


def _area_names(slugs: Iterable[str]) -> dict[str, str]:
    """Names of areas of the primary layer by slug, as the newest set calls them."""
    wanted = {slug for slug in slugs if slug}
    areas = Neighborhood.objects.filter(slug__in=wanted, boundary_set__layer=settings.CITY.primary_layer)
    return dict(areas.order_by("boundary_set__valid_from").values_list("slug", "name")) if wanted else {}
