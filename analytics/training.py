"""Train the model that suggests subjects, from what the city itself has said."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from django.utils import timezone

from analytics import gather
from analytics.methods.grams import long_enough
from analytics.methods.suggestion import Measured, PerLabel, fit
from analytics.suggesting import BrokenModelError, folder, keep, kept, load

MOST_TEXTS = 60_000
SEED = 1


@dataclass(frozen=True)
class Training:
    """What a training did: `already` where the very same texts had been learnt from before."""

    texts: int
    measured: Measured
    already: bool


def train(*, seed: int = SEED) -> Training:
    """Learn from the newest public texts and keep the model, or keep that none should speak."""
    said = list(islice((row for row in gather.public_words() if long_enough(row[0])), MOST_TEXTS))
    texts, labels = [text for text, _ in said], [label for _, label in said]
    digest = _digest(said, seed)
    before = kept(folder())
    if before.get("input") == digest and _whole():
        return Training(len(said), _measured(before["measured"]), already=True)
    model, measured = fit(texts, labels, seed=seed)
    about = {
        "input": digest,
        "trained_at": timezone.now().isoformat(timespec="seconds"),
        "seed": seed,
        "texts": len(said),
        "measured": asdict(measured),
    }
    keep(folder(), model, about)
    return Training(len(said), measured, already=False)


def _digest(said: list[tuple[str, str]], seed: int) -> str:
    sha = hashlib.sha256(str(seed).encode())
    for text, label in said:
        sha.update(f"{label}\x1f{text}\x1e".encode(errors="surrogatepass"))
    return sha.hexdigest()


def _whole() -> bool:
    try:
        load(folder())
    except (OSError, BrokenModelError):
        return False
    return True


def _measured(held: dict[str, Any]) -> Measured:
    return Measured(**{**held, "labels": tuple(PerLabel(**row) for row in held["labels"])})
