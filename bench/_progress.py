"""How far a long measurement is, on the error channel: done, of how many, and about how long it still takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def watched(items: Sequence[T], what: str) -> Iterator[T]:
    """The items one by one; a line after each, rewritten in place on a terminal, every tenth part elsewhere."""
    started, steady = time.monotonic(), sys.stderr.isatty()
    for done, item in enumerate(items, 1):
        yield item
        left = (time.monotonic() - started) / done * (len(items) - done)
        if steady or done * 10 // len(items) > (done - 1) * 10 // len(items):
            line = f"{what}: {done} of {len(items)}, about {left:.0f} s left"
            print(f"\r{line}\033[K" if steady else line, end="" if steady else "\n", file=sys.stderr, flush=True)
    if steady and items:
        print(file=sys.stderr)
