"""Many users at once in one light process: each asks, reads the answer to its end, thinks, and asks again.

Each has an address of its own, and a line of its own for each request, as behind a proxy.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

THINK_S = (1.0, 3.0)
PATIENCE_S = 30.0
POST, READ = "posts", "reads"
# Every so many answers one is looked into.
LOOKED_INTO = 20


@dataclass(frozen=True)
class Asked:
    """One request: what kind it is for the figures, and what a good answer looks like."""

    kind: str
    name: str
    path: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    good: Callable[[bytes], bool] = bool

    def wire(self, sender: str) -> bytes:
        """The request as a proxy passes it on that says who sent it."""
        lines = [f"{'POST' if self.body else 'GET'} {self.path} HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip"]
        lines += [f"X-Forwarded-For: {sender}", *(f"{name}: {value}" for name, value in self.headers)]
        lines += [f"Content-Length: {len(self.body)}"] if self.body else []
        return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + self.body


@dataclass
class Tally:
    """Seconds by kind and by name, in the order they were taken; and whatever went wrong. `asked` counts all that was
    asked, `answers` what is in the figures."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    answers: int = 0
    asked: int = 0

    def take(self, asked: Asked, seconds: float) -> None:
        for name in (asked.kind, f"{asked.kind}, {asked.name}"):
            self.seconds.setdefault(name, []).append(seconds)
        self.answers += 1


class Users:
    """So many users of a site, from `warm_s` on counted, until `seconds` are over."""

    def __init__(self, site: str, draw: Callable[[random.Random], Asked]) -> None:
        parts = urlsplit(site)
        self.host, self.port, self.draw = str(parts.hostname), parts.port, draw
        self.tally = Tally()

    def run(self, users: int, seconds: float, warm_s: float, seed: int = 1) -> Tally:
        asyncio.run(self._all(users, seconds, warm_s, seed))
        return self.tally

    async def _all(self, users: int, seconds: float, warm_s: float, seed: int) -> None:
        now = time.monotonic()
        span = now + warm_s, now + warm_s + seconds
        async with asyncio.TaskGroup() as group:
            for i in range(users):
                sender = f"198.{18 + i // 250}.{i % 250}.7"  # limits count by blocks of 256
                group.create_task(self._user(sender, random.Random(seed * 1_000 + i), *span))

    async def _user(self, sender: str, rng: random.Random, counted_from: float, until: float) -> None:
        await asyncio.sleep(rng.uniform(0, THINK_S[1]))
        while (started := time.monotonic()) < until:
            asked = self.draw(rng)
            self.tally.asked += 1
            try:
                async with asyncio.timeout(PATIENCE_S):
                    head, body = await self._answer(asked, sender)
                took = time.monotonic() - started
                self._look(asked, head, body)
            except (OSError, ValueError, EOFError) as problem:
                took = time.monotonic() - started
                self.tally.errors.append(f"{asked.name}: {type(problem).__name__} {problem}"[:300])
            if started >= counted_from:
                self.tally.take(asked, took)
            await asyncio.sleep(rng.uniform(*THINK_S))

    async def _answer(self, asked: Asked, sender: str) -> tuple[bytes, bytes]:
        """The head and the body; the server closes the line behind it."""
        read, write = await asyncio.open_connection(self.host, self.port)
        try:
            write.write(asked.wire(sender))
            head, _blank, body = (await read.read(-1)).partition(b"\r\n\r\n")
        finally:
            write.close()
        return head, body

    def _look(self, asked: Asked, head: bytes, body: bytes) -> None:
        """Raise ValueError for what is no good answer."""
        status = head[9:12]
        if status != (b"201" if asked.body else b"200"):
            raise ValueError(f"status {status.decode()}: {body[:150]!r}")
        if self.tally.asked % LOOKED_INTO == 0:
            packed = b"content-encoding: gzip" in head.lower()
            if not asked.good(gzip.decompress(body) if packed else body):
                raise ValueError("the answer is not as it should be")


def report(rng: random.Random, box: tuple[float, float, float, float], subjects: tuple[str, ...]) -> Asked:
    """A report under a key of its own, somewhere in a box."""
    key = uuid.UUID(int=rng.getrandbits(128), version=4)
    west, south, east, north = box
    body = {
        "category": rng.choice(subjects),
        "text": f"Bench {key.hex}: the pavement is broken and the water stays.",
        "lng": round(rng.uniform(west, east), 6),
        "lat": round(rng.uniform(south, north), 6),
    }
    headers = (("Content-Type", "application/json"), ("Idempotency-Key", str(key)))
    return Asked(POST, "report", "/api/v1/issues", json.dumps(body).encode(), headers, lambda b: b'"number"' in b)


def read(name: str, path: str, given: dict[str, str], good: Callable[[bytes], bool]) -> Asked:
    return Asked(READ, name, f"{path}?{urlencode(given, safe=',:')}" if given else path, good=good)
