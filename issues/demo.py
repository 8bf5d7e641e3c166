"""Make the issues of the demo city: synthetic, seeded, in the columns of our own export.

Nothing here is real, and nothing here is special: the rows go in by the same door as any file (mapping `demo`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.cities import City
from geo.crs import to_metric, to_store
from issues.demo_ground import Floats, Ground, Ints, lay_out
from issues.demo_recipe import Recipe
from issues.demo_words import Speaker

SOURCE = "demo"
COLUMNS = (
    "source",
    "external_id",
    "category",
    "state",
    "opened_at",
    "closed_at",
    "lng",
    "lat",
    "title",
    "description",
    "address",
    "duplicate_of",
    "channel",
)
BLOCK_ROWS = 20_000
CHANNELS = np.array(["web", "app", "telefon", "ghișeu"], object)
CHANNEL_SHARES = (0.48, 0.27, 0.2, 0.05)
RECEIVED, IN_PROGRESS, RESOLVED, REFUSED, TRANSFERRED, DUPLICATE = range(6)
STATES = np.array(["received", "in_progress", "resolved", "refused", "transferred", "duplicate"], object)
DAY_S = 86_400
NEVER = np.iinfo(np.int64).max
ON_STREET, ON_PIN, OUTSIDE = range(3)


@dataclass
class _Rows:
    """n rows while they are being made. Times in UTC epoch seconds; `segment` -1 off the streets; `parent` -1 none."""

    category: Ints
    x: Floats
    y: Floats
    segment: Ints
    where: Ints
    opened: Ints
    closed: Ints
    state: Ints
    parent: Ints

    @classmethod
    def joined(cls, parts: list[_Rows]) -> _Rows:
        return cls(*(np.concatenate([getattr(p, f) for p in parts]) for f in cls.__dataclass_fields__))


def generate(
    city: City,
    areas: gpd.GeoDataFrame,
    exposure: pd.DataFrame,
    recipe: Recipe,
    *,
    n: int = BLOCK_ROWS,
    since: dt.date | None = None,
    until: dt.date | None = None,
    seed: int | None = None,
) -> pd.DataFrame:
    """Exactly n synthetic issues as text columns COLUMNS, the same bytes for the same arguments.

    `areas`: slug, name, geometry in degrees; `exposure`: slug and a column per kind. Period (local days, the last one
    excluded) and seed are the recipe's where not given. Up to BLOCK_ROWS rows come in the order of opening.
    """
    chunks = list(generate_chunks(city, areas, exposure, recipe, n=n, since=since, until=until, seed=seed))
    if not chunks:
        return pd.DataFrame({c: pd.Series(dtype="str") for c in COLUMNS})
    return pd.concat(chunks)


def generate_chunks(
    city: City,
    areas: gpd.GeoDataFrame,
    exposure: pd.DataFrame,
    recipe: Recipe,
    *,
    n: int,
    since: dt.date | None = None,
    until: dt.date | None = None,
    seed: int | None = None,
) -> Iterator[pd.DataFrame]:
    """The same in chunks of at most BLOCK_ROWS rows; each spans the whole period and refers to no other chunk."""
    seed = recipe.seed if seed is None else seed
    ground = lay_out(recipe, city, areas, exposure, seed)
    block = _Block(city, recipe, ground, since or recipe.since, until or recipe.until)
    for number, first in enumerate(range(0, n, BLOCK_ROWS)):
        count = min(BLOCK_ROWS, n - first)
        yield block.frame(np.random.default_rng([seed, 1 + number]), count, first + 1)


class _Block:
    """Everything that does not change from chunk to chunk."""

    def __init__(self, city: City, recipe: Recipe, ground: Ground, since: dt.date, until: dt.date) -> None:
        if since >= until:
            raise ValueError(f"an empty period: {since} to {until}")
        self.city, self.recipe, self.ground = city, recipe, ground
        self.days = np.arange(np.datetime64(since, "D"), np.datetime64(until, "D"))
        self.start_s, self.end_s = (int(s) for s in self._utc(np.array([since, until], "M8[s]").astype(np.int64)))
        self.day_odds = np.array([self._day_odds(i) for i in range(len(recipe.categories))])
        shares = np.array([c.share for c in recipe.categories])
        self.shares = shares / shares.sum()
        specs = {c.slug: c for c in city.categories}
        self.reach_m = np.array([specs[c.slug].incident_radius_m for c in recipe.categories])
        self.span_s = np.array([specs[c.slug].incident_days * DAY_S for c in recipe.categories])
        self.night = np.array([c.night for c in recipe.categories])
        self.slow = np.array([recipe.slow.get(s, 1.0) for s in ground.slugs])
        self.speaker = Speaker(recipe, ground.streets, ground.names)

    def frame(self, rng: np.random.Generator, n: int, first: int) -> pd.DataFrame:
        """n rows numbered from `first`, in the order of opening."""
        share = self.recipe.shares
        pins, outside, twice = (round(n * share[k]) for k in ("default_pin", "outside", "duplicates"))
        hot = self._hot(rng, n - pins - outside - twice)
        base = n - pins - outside - twice - sum(len(h.category) for h in hot)
        rows = [self._spread(rng, base), *hot, self._pinned(rng, pins), self._outside(rng, outside)]
        first_voices = self._answered(rng, _Rows.joined(rows))
        found = _Rows.joined([first_voices, self._second_voices(rng, first_voices, twice)])
        return self._exported(rng, found, first)

    def _day_odds(self, category: int) -> Floats:
        behaviour = self.recipe.categories[category]
        month = self.days.astype("M8[M]").astype(int) % 12
        weekday = (self.days.astype(int) + 3) % 7  # 1970-01-01 was a Thursday
        years = np.arange(len(self.days)) / 365.25
        odds = np.array(behaviour.season)[month] * (1 + self.recipe.growth_per_year) ** years
        odds = odds * np.where(weekday >= 5, behaviour.weekend, 1.0)
        return np.asarray(odds / odds.sum())

    def _opened(self, rng: np.random.Generator, category: Ints, odds: Floats | None = None) -> Ints:
        """Opening times: a day by season, week and growth; an hour by the shape of a day."""
        day = np.zeros(len(category), np.int64)
        for c in np.unique(category):
            mine = category == c
            day[mine] = _drawn(rng, self.day_odds[c] if odds is None else odds, int(mine.sum()))
        n = len(category)
        awake = np.where(rng.random(n) < 0.6, rng.normal(10.5, 2.3, n), rng.normal(18.8, 2.2, n))
        hour = np.where(self.night[category], rng.normal(23.5, 2.0, n), awake) % 24
        local = self.days[day].astype("M8[s]").astype(np.int64) + (hour * 3600).astype(np.int64)
        return np.clip(self._utc(local), self.start_s, self.end_s - 1)

    def _utc(self, local: Ints) -> Ints:
        index = pd.DatetimeIndex(local.astype("M8[s]"))
        zoned = index.tz_localize(self.city.zone, ambiguous=np.ones(len(local), bool), nonexistent="shift_forward")
        seconds: Ints = zoned.tz_convert("UTC").tz_localize(None).to_numpy().astype("M8[s]").astype(np.int64)
        return seconds

    def _rows(self, category: Ints, x: Floats, y: Floats, segment: Ints, where: int, opened: Ints) -> _Rows:
        n = len(category)
        blank = np.full(n, NEVER), np.full(n, RECEIVED), np.full(n, -1)
        return _Rows(category, x, y, segment, np.full(n, where), opened, *blank)

    def _mix(self, rng: np.random.Generator, n: int) -> Ints:
        return _drawn(rng, self.shares, n)

    def _spread(self, rng: np.random.Generator, n: int) -> _Rows:
        category = self._mix(rng, n)
        segment = np.zeros(n, np.int64)
        for c in np.unique(category):
            mine = category == c
            segment[mine] = _drawn(rng, self.ground.odds[c], int(mine.sum()))
        x, y = self.ground.on(rng, segment)
        return self._rows(category, x, y, segment, ON_STREET, self._opened(rng, category))

    def _hot(self, rng: np.random.Generator, n: int) -> list[_Rows]:
        """What the planted hot spots add to an even city of n rows: Poisson with (factor - 1) times the expected."""
        slugs = [c.slug for c in self.recipe.categories]
        out = []
        for plant in self.recipe.hotspots:
            c = slugs.index(plant.category)
            near = self.ground.inside(plant, self.city.metric_crs)
            live = (self.days >= np.datetime64(plant.since)) & (self.days < np.datetime64(plant.until))
            odds = np.where(live, self.day_odds[c], 0.0)
            expected = n * self.shares[c] * self.ground.odds[c][near].sum() * odds.sum()
            count = int(rng.poisson((plant.factor - 1) * expected))
            if not count:
                continue
            weight = self.ground.odds[c][near]
            segment = near[_drawn(rng, weight / weight.sum(), count)]
            x, y = self.ground.on(rng, segment)
            category = np.full(count, c)
            out.append(self._rows(category, x, y, segment, ON_STREET, self._opened(rng, category, odds / odds.sum())))
        return out

    def _pinned(self, rng: np.random.Generator, n: int) -> _Rows:
        pin = self.recipe.default_pin
        x, y = to_metric(np.full(n, pin.lng), np.full(n, pin.lat), self.city.metric_crs)
        category = self._mix(rng, n)
        segment = _drawn(rng, self.ground.odds[0], n)  # what is told happened somewhere; only the pin is lost
        return self._rows(category, x, y, segment, ON_PIN, self._opened(rng, category))

    def _outside(self, rng: np.random.Generator, n: int) -> _Rows:
        west, south, east, north = self.city.bbox
        found = np.empty((0, 2))
        while len(found) < n:
            lng, lat = rng.uniform((west, south), (east, north), (4 * n + 16, 2)).T
            x, y = to_metric(lng, lat, self.city.metric_crs)
            off = ~shapely.contains_xy(self.ground.union, x, y)
            found = np.vstack([found, np.column_stack([x, y])[off]])
        category = self._mix(rng, n)
        blank = np.full(n, -1)
        return self._rows(category, found[:n, 0], found[:n, 1], blank, OUTSIDE, self._opened(rng, category))

    def _answered(self, rng: np.random.Generator, rows: _Rows) -> _Rows:
        """Give each first voice its course: how long it waits and how it ends."""
        n = len(rows.category)
        told = self.recipe.categories
        median, sigma, never = (
            np.array([getattr(c, k) for c in told])[rows.category] for k in ("median_days", "sigma", "never")
        )
        slow = np.where(rows.segment >= 0, self.slow[self.ground.area[np.maximum(rows.segment, 0)]], 1.0)
        waits = median * slow * np.exp(rng.normal(0, 1, n) * sigma)
        closed = rows.opened + np.maximum(waits * DAY_S, 1200).astype(np.int64)
        closed[rng.random(n) < never] = NEVER
        closed = self._bulk_closed(rng, rows, closed)
        closed[closed >= self.end_s] = NEVER
        shares = self.recipe.shares
        end = rng.random(n)
        ended = np.where(end < shares["refused"], REFUSED, RESOLVED)
        ended = np.where(end > 1 - shares["transferred"], TRANSFERRED, ended)
        waiting = np.where(rng.random(n) < 0.45, IN_PROGRESS, RECEIVED)
        rows.closed, rows.state = closed, np.where(closed == NEVER, waiting, ended)
        return rows

    def _bulk_closed(self, rng: np.random.Generator, rows: _Rows, closed: Ints) -> Ints:
        bulk = self.recipe.bulk_closure
        noon = int(self._utc(np.array([bulk.day], "M8[s]").astype(np.int64) + 14 * 3600)[0])
        mine = np.array([c.slug == bulk.category for c in self.recipe.categories])[rows.category]
        old = (rows.opened < noon - bulk.older_than_days * DAY_S) & (closed > noon)
        return np.where(mine & old & (rng.random(len(closed)) < bulk.share), noon, closed)

    def _second_voices(self, rng: np.random.Generator, rows: _Rows, n: int) -> _Rows:
        """Others who tell of the same thing: near it, soon after it and before it was closed."""
        candidates = np.flatnonzero(rows.where == ON_STREET)
        n = n if len(candidates) else 0
        parent = rng.choice(candidates, n) if n else np.zeros(0, np.int64)
        category = rows.category[parent]
        life = np.minimum(np.minimum(rows.closed[parent], self.end_s) - rows.opened[parent], self.span_s[category])
        delay = np.minimum(rng.exponential(5 * DAY_S, n), life * rng.uniform(0.02, 0.95, n)).astype(np.int64)
        turn, far = rng.uniform(0, 2 * np.pi, n), self.reach_m[category] * 0.8 * rng.random(n)
        x, y = rows.x[parent] + far * np.cos(turn), rows.y[parent] + far * np.sin(turn)
        out = self._rows(category, x, y, rows.segment[parent], ON_STREET, rows.opened[parent] + delay)
        marked = rng.random(n) < self.recipe.shares["marked"]
        seen = np.minimum(out.opened + rng.integers(3600, 3 * DAY_S, n), self.end_s - 1)
        out.closed = np.where(marked, seen, rows.closed[parent])
        out.state = np.where(marked, DUPLICATE, rows.state[parent])
        out.parent = np.where(marked, parent, -1)
        return out

    def _exported(self, rng: np.random.Generator, rows: _Rows, first: int) -> pd.DataFrame:
        n = len(rows.category)
        order = np.argsort(rows.opened, kind="stable")
        ids = np.empty(n, object)
        ids[order] = [f"D{i:07d}" for i in range(first, first + n)]
        lng, lat = to_store(rows.x, rows.y, self.city.metric_crs)
        lng = np.where(rows.where == ON_PIN, self.recipe.default_pin.lng, lng)
        lat = np.where(rows.where == ON_PIN, self.recipe.default_pin.lat, lat)
        area = np.where(rows.segment >= 0, self.ground.area[np.maximum(rows.segment, 0)], -1)
        street = np.where(rows.segment >= 0, self.ground.street[np.maximum(rows.segment, 0)], 0)
        month = rows.opened.astype("M8[s]").astype("M8[M]").astype(int) % 12 + 1
        title, description = self.speaker.say(rng, rows.category, month, area, street)
        address = self.speaker.addresses(area, street)
        address[rows.where == ON_PIN] = self.recipe.default_pin.address
        slugs = np.array([c.slug for c in self.recipe.categories], object)
        columns: dict[str, npt.NDArray[Any]] = {
            "source": np.full(n, SOURCE, object),
            "external_id": ids,
            "category": slugs[rows.category],
            "state": STATES[rows.state],
            "opened_at": _written(rows.opened),
            "closed_at": np.where(rows.closed == NEVER, "", _written(np.minimum(rows.closed, self.end_s))),
            "lng": _degrees(lng),
            "lat": _degrees(lat),
            "title": title,
            "description": description,
            "address": address,
            "duplicate_of": np.where(rows.parent >= 0, ids[np.maximum(rows.parent, 0)], ""),
            "channel": CHANNELS[rng.choice(len(CHANNELS), n, p=CHANNEL_SHARES)],
        }
        index = pd.RangeIndex(first, first + n, name="row")
        return pd.DataFrame({c: columns[c][order] for c in COLUMNS}, index=index, dtype="str")


def _drawn(rng: np.random.Generator, odds: Floats, n: int) -> Ints:
    """n draws of a number by its odds (adding up to 1)."""
    edges = np.cumsum(odds)
    place = np.searchsorted(edges, rng.random(n) * edges[-1], side="right")
    return np.asarray(np.minimum(place, len(odds) - 1), np.int64)


def _written(seconds: Ints) -> npt.NDArray[np.object_]:
    return np.array(np.datetime_as_string(seconds.astype("M8[s]"), unit="s", timezone="UTC"), object)


def _degrees(values: Floats) -> npt.NDArray[np.object_]:
    # six digits are a decimetre, as fine as any map click
    return np.array([f"{v:.6f}" for v in values.tolist()], object)
