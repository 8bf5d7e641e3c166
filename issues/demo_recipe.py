"""How a demo city behaves, as read from fixtures/demo/<city>.toml: mix, seasons, planted hot spots, words."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class RecipeError(ValueError):
    """A demo recipe that lacks a value or holds an impossible one; the message names the file and the key."""


@dataclass(frozen=True)
class Behaviour:
    """One category. `share` of all rows; `season` January to December against an ordinary month; times in days."""

    slug: str
    share: float
    season: tuple[float, ...]
    weekend: float
    median_days: float
    sigma: float
    never: float
    night: bool = False


@dataclass(frozen=True)
class Plant:
    """A hot spot put there on purpose: within `radius_m` the category is `factor` times as frequent, since to until."""

    name: str
    area: str
    lng: float
    lat: float
    radius_m: float
    category: str
    factor: float
    since: dt.date
    until: dt.date
    story: Mapping[str, str]


@dataclass(frozen=True)
class Words:
    """One kind of thing people write about; `months` (January = 1) empty for all the year.

    `plain` marks a question or a single event: nobody says of it that it has lasted for weeks.
    """

    category: str
    title: str
    says: tuple[str, ...]
    months: tuple[int, ...] = ()
    plain: bool = False


@dataclass(frozen=True)
class BulkClosure:
    """A day on which old open cases of one category were closed at a stroke."""

    day: dt.date
    category: str
    older_than_days: int
    share: float


@dataclass(frozen=True)
class DefaultPin:
    """Where a report lands whose place nobody looked up."""

    lng: float
    lat: float
    address: str


@dataclass(frozen=True)
class Recipe:
    """A demo city; `hotspots` is the table of what the analysis should find."""

    city: str
    seed: int
    since: dt.date
    until: dt.date
    growth_per_year: float
    shares: Mapping[str, float]
    default_pin: DefaultPin
    bulk_closure: BulkClosure
    slow: Mapping[str, float]
    categories: tuple[Behaviour, ...]
    hotspots: tuple[Plant, ...]
    streets: Mapping[str, tuple[str, ...]]
    texts: tuple[Words, ...]
    since_phrases: tuple[str, ...]
    asks: tuple[str, ...]
    asks_plain: tuple[str, ...]


def load_recipe(path: Path) -> Recipe:
    """Read a recipe and the texts it names (a file beside it). Raises RecipeError naming the file and the key."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        words = tomllib.loads((path.parent / str(values["texts"])).read_text(encoding="utf-8"))
        return _recipe(values, words)
    except FileNotFoundError as problem:
        raise RecipeError(f"no file {problem.filename}") from None
    except KeyError as problem:
        raise RecipeError(f"{path}: the key {problem} is missing") from None
    except (TypeError, ValueError) as problem:
        raise RecipeError(f"{path}: {problem}") from None


def _recipe(values: dict[str, Any], words: dict[str, Any]) -> Recipe:
    categories = tuple(Behaviour(**{**c, "season": tuple(c["season"])}) for c in values["categories"])
    known = {c.slug for c in categories}
    hotspots = tuple(Plant(**p) for p in values["hotspots"])
    texts = tuple(_words(t) for t in words["texts"])
    for what, named in (("hotspots", {p.category for p in hotspots}), ("texts", {t.category for t in texts})):
        if named - known:
            raise ValueError(f"{what}: no category {', '.join(sorted(named - known))}")
    wordless = known - {t.category for t in texts if not t.months}
    if wordless:
        raise ValueError(f"texts: none for every month in {', '.join(sorted(wordless))}")
    return Recipe(
        city=values["city"],
        seed=int(values["seed"]),
        since=values["since"],
        until=values["until"],
        growth_per_year=float(values["growth_per_year"]),
        shares=values["shares"],
        default_pin=DefaultPin(**values["default_pin"]),
        bulk_closure=BulkClosure(**values["bulk_closure"]),
        slow=values["slow"],
        categories=categories,
        hotspots=hotspots,
        streets={slug: tuple(names) for slug, names in values["streets"].items()},
        texts=texts,
        since_phrases=tuple(words["since"]),
        asks=tuple(words["asks"]),
        asks_plain=tuple(words["asks_plain"]),
    )


def _words(text: dict[str, Any]) -> Words:
    return Words(
        text["category"], text["title"], tuple(text["says"]), tuple(text.get("months", ())), bool(text.get("plain"))
    )
