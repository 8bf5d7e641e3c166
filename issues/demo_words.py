"""What the people of the demo city write: short spoken Romanian put together from a recipe's texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from issues.demo_recipe import Recipe, Words

T = TypeVar("T")
Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

SILENT, SINCE, ASKS = 0.12, 0.4, 0.35
SOMEWHERE = "drumul de la marginea orașului"


class Speaker:
    """Titles, descriptions and addresses for rows of a category, a month, an area and one of its streets."""

    def __init__(self, recipe: Recipe, streets: Sequence[Sequence[str]], names: Sequence[str]) -> None:
        self.recipe = recipe
        self.full = [list(s) for s in streets]
        self.spoken = [[_spoken(name, s) for name in s] for s in streets]
        self.names = list(names)
        slugs = [c.slug for c in recipe.categories]
        self.words: dict[tuple[int, int], list[Words]] = {
            (slugs.index(slug), month): [
                t for t in recipe.texts if t.category == slug and (not t.months or month in t.months)
            ]
            for slug in slugs
            for month in range(1, 13)
        }

    def say(
        self, rng: np.random.Generator, category: Ints, month: Ints, area: Ints, street: Ints
    ) -> tuple[Texts, Texts]:
        """A title and a description for each of n rows; a few say nothing beyond the title."""
        n = len(category)
        pick, line, silent, since, asks = rng.random((5, n))
        ending, lasting = rng.random((2, n))
        titles, descriptions = np.empty(n, object), np.empty(n, object)
        rows = zip(category.tolist(), month.tolist(), area.tolist(), street.tolist(), strict=True)
        for i, (c, m, a, s) in enumerate(rows):
            choice = self.words[c, m]
            words = _one(choice, pick[i])
            titles[i] = words.title
            if silent[i] < SILENT:
                descriptions[i] = ""
                continue
            place = self.spoken[a][s] if a >= 0 else SOMEWHERE
            told = [_one(words.says, line[i]).replace("{street}", place)]
            if since[i] < SINCE and not words.plain:
                told.append(_one(self.recipe.since_phrases, lasting[i]))
            if asks[i] < ASKS:
                told.append(_one(self.recipe.asks_plain if words.plain else self.recipe.asks, ending[i]))
            descriptions[i] = " ".join(told)
        return titles, descriptions

    def addresses(self, area: Ints, street: Ints) -> Texts:
        """A place people would name, never a house: the streets are real names on made-up ground."""
        pairs = zip(area.tolist(), street.tolist(), strict=True)
        told = [f"Zona {self.full[a][s]}, {self.names[a]}" if a >= 0 else "" for a, s in pairs]
        out = np.empty(len(told), object)
        out[:] = told
        return out


def _one(choices: Sequence[T], draw: float) -> T:
    """The choice that a draw between 0 and 1 falls on."""
    return choices[int(draw * len(choices))]


def _spoken(name: str, others: Sequence[str]) -> str:
    """A street inside a sentence ("pe strada Lunei"); one says "pe" of a street, not of a square."""
    if name.startswith("Piața "):
        name = next((o for o in others if not o.startswith("Piața ")), name)
    return name[0].lower() + name[1:]
