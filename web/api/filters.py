"""Query parameters: each known, each once, each one that can be; the questions are those of the map and the list."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping

from django.conf import settings
from django.http import HttpRequest

from geo import hexes
from issues.rules import State
from issues.searching import LONGEST, words_of
from neighborhoods.models import BoundarySet, Category
from web.api.parsing import printable
from web.api.problems import RefusedError
from web.pages.filters import CLOSED_WORD, OPEN_WORD, OUTSIDE, Asked, box_of

WHAT = ("q", "category", "state", "since", "until")
WHERE = ("area", "cell", "bbox")
STATES = (OPEN_WORD, CLOSED_WORD, *(state.value for state in State))
LONGEST_VALUE = 500
# A box of the whole city with all around it is asked for; one of the whole country is a mistake.
WIDEST = 4.0
_MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])", re.ASCII)


class WrongError(ValueError):
    """A value that cannot be; the message says what may be."""


def given(request: HttpRequest, names: Iterable[str]) -> dict[str, str]:
    """The parameters of a request. Raises RefusedError for unknown names, for repeated and for unreadable values."""
    known, wrong, found = tuple(names), {}, {}
    for name, values in request.GET.lists():
        if name not in known:
            offered = f"this address takes {', '.join(known)}" if known else "this address takes no parameters"
            wrong[printable(name)] = f"unknown; {offered}"
        elif len(values) > 1:
            wrong[name] = "given more than once"
        elif not values[0]:
            wrong[name] = "empty; leave it out"
        elif len(values[0]) > LONGEST_VALUE or any(not sign.isprintable() for sign in values[0]):
            wrong[name] = f"at most {LONGEST_VALUE} printable signs"
        else:
            found[name] = values[0]
    if wrong:
        raise RefusedError(400, "The parameters cannot be.", fields=wrong)
    return found


def asked(values: Mapping[str, str], chosen: BoundarySet | None) -> Asked:
    """The question of a request. Raises RefusedError with every parameter that cannot be."""
    read: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for name, reader in READERS.items():
        if values.get(name):
            try:
                read[name] = reader(values[name], chosen)
            except WrongError as problem:
                wrong[name] = str(problem)
    since, until = read.get("since"), read.get("until")
    if isinstance(since, dt.date) and isinstance(until, dt.date) and until < since:
        wrong["until"] = "a month before the one in since"
    if wrong:
        raise RefusedError(400, "The parameters cannot be.", fields=wrong)
    return Asked(**({"text": read.pop("q")} if "q" in read else {}), **read)  # type: ignore[arg-type]


def resolution(text: str) -> int:
    """The size of hexagons: 9 unless asked. Raises RefusedError."""
    if text not in {"", *map(str, hexes.ANALYSIS_RES)}:
        raise RefusedError(400, "There are no such hexagons.", fields={"res": "one of: 8, 9, 10"})
    return int(text or 9)


def _words(text: str, _chosen: BoundarySet | None) -> str:
    if len(text) > LONGEST or not words_of(text):
        raise WrongError(f"words, or their beginnings, of {LONGEST} letters at most together")
    return text


def _category(text: str, _chosen: BoundarySet | None) -> Category:
    found = Category.objects.filter(slug=text).first()
    if found is None:
        raise WrongError("no such subject; see /api/v1/categories")
    return found


def _state(text: str, _chosen: BoundarySet | None) -> str:
    if text not in STATES:
        raise WrongError(f"one of: {', '.join(STATES)}")
    return text


def _month(text: str, _chosen: BoundarySet | None) -> dt.date:
    if not _MONTH.fullmatch(text):
        raise WrongError("a month from 1900 to 2099 as YYYY-MM; counts are by whole months")
    return dt.date.fromisoformat(f"{text}-01")


def _area(text: str, chosen: BoundarySet | None) -> str:
    if text != OUTSIDE and not (chosen and chosen.areas.filter(slug=text).exists()):
        raise WrongError(f"no such neighbourhood; see /api/v1/areas, or {OUTSIDE} for outside all of them")
    return text


def _cell(text: str, _chosen: BoundarySet | None) -> str:
    try:
        cell = hexes.from_text(text)
    except hexes.CellError:
        raise WrongError("not an H3 cell") from None
    if int(hexes.resolution(cell)) not in hexes.ANALYSIS_RES:
        raise WrongError("an H3 cell of resolution 8, 9 or 10")
    west, south, east, north = settings.CITY.bbox
    if not any(west <= lng <= east and south <= lat <= north for lng, lat in hexes.outline(cell)):
        raise WrongError("a cell outside the city")
    return hexes.to_text(cell)


def _bbox(text: str, _chosen: BoundarySet | None) -> str:
    if box_of(text) is None:
        raise WrongError("west,south,east,north in WGS 84 degrees, west before east, south before north")
    west, south, east, north = (float(part) for part in text.split(","))
    most = settings.CITY.bbox
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise WrongError("degrees beyond the globe: longitude within 180, latitude within 90")
    if east - west > WIDEST * (most[2] - most[0]) or north - south > WIDEST * (most[3] - most[1]):
        raise WrongError(f"larger than {WIDEST:g} times the city, which is {','.join(map(str, most))}")
    return text


READERS: Mapping[str, Callable[[str, BoundarySet | None], object]] = {
    "q": _words,
    "category": _category,
    "state": _state,
    "since": _month,
    "until": _month,
    "area": _area,
    "cell": _cell,
    "bbox": _bbox,
}
