"""Reporters on bad lines: each sends a report, and sends it again under the same key until it is told that it is in."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import itertools
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATH = "/en/issues/new/"
SUBJECTS = ("roads", "lighting", "parks")
# What a reporter waits for an answer, and before trying again, in seconds: ever longer, up to a few times that.
PATIENCE_S, PAUSE_S, LONGER = 10.0, (0.05, 0.3), 4
# Now and then somebody sends what is in already, or leaves an address.
AGAIN, WITH_ADDRESS = 0.05, 0.3


@dataclass(frozen=True)
class Told:
    """What a reporter was told of one key, and when (seconds of a clock that only runs forward)."""

    key: uuid.UUID
    number: str
    link: str
    mailed: bool
    at: float

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.key.bytes).hexdigest()


@dataclass
class Tally:
    """What happened, put together by all reporters: answers by status (0 for none), and what was told."""

    answers: Counter[int] = field(default_factory=Counter)
    told: list[Told] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, status: int) -> None:
        with self.lock:
            self.answers[status] += 1

    def keep(self, told: Told) -> None:
        with self.lock:
            self.told.append(told)

    def wrong(self, what: str) -> None:
        with self.lock:
            self.otherwise.append(what)

    @property
    def retries(self) -> int:
        """How often a report had to be sent once more."""
        return self.answers.total() - self.answers[200] - self.answers[201]

    def longest_gap_s(self, since: float, until: float) -> float:
        """The longest time without anybody being told, between two instants."""
        with self.lock:
            times = sorted(one.at for one in self.told if since <= one.at <= until)
        marks = [since, *times, until]
        return max(b - a for a, b in itertools.pairwise(marks))


class Reporters:
    """So many reporters, each with a line of its own, at work until they are told to finish."""

    def __init__(self, address: str, n: int, seed: int = 1) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "", parts.port or 80
        self.tally = Tally()
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=self._report, args=(random.Random(seed * 1000 + i),), daemon=True) for i in range(n)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def finish(self, seconds: float = 90) -> None:
        """Let everybody bring their last report in. Raises RuntimeError where somebody cannot."""
        self._done.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            raise RuntimeError(f"not every report came in within {seconds:.0f} s: {dict(self.tally.answers)}")

    def _report(self, rng: random.Random) -> None:
        line = _Line(self.host, self.port, self.tally)
        while not self._done.is_set():
            key = uuid.UUID(int=rng.getrandbits(128), version=4)
            report = _written(key, rng)
            told = line.send_until_told(report, rng)
            if told is None:
                continue
            self.tally.keep(told)
            if rng.random() < AGAIN:
                again = line.send_until_told(report, rng)
                if again is None or (again.number, again.link) != (told.number, told.link):
                    self.tally.wrong(f"{key} was told {told.number}, then {again and again.number}")
        line.close()


class _Line:
    """One connection, opened anew whenever it breaks."""

    def __init__(self, host: str, port: int, tally: Tally) -> None:
        self.connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_S)
        self.tally = tally

    def close(self) -> None:
        self.connection.close()

    def send_until_told(self, report: dict[str, object], rng: random.Random) -> Told | None:
        """Send a report until it is in; nothing where it was refused, which no report here should be."""
        for attempt in itertools.count(1):
            status, body = self._sent(report)
            self.tally.answered(status)
            if status in {200, 201}:
                link = str(body["mine"]).rstrip("/").rpartition("/")[2]
                key = uuid.UUID(str(report["key"]))
                return Told(key, str(body["number"]), link, "email" in report, time.monotonic())
            if 400 <= status < 500:
                self.tally.wrong(f"{status}: {str(body)[:200]}")
                return None
            time.sleep(rng.uniform(*PAUSE_S) * min(attempt, LONGER))
        return None

    def _sent(self, report: dict[str, object]) -> tuple[int, dict[str, object]]:
        """Status and body of the answer; 0 where there was none."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            self.connection.request("POST", PATH, json.dumps(report), headers)
            answer = self.connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, {}
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(data)
        return answer.status, {}


def _written(key: uuid.UUID, rng: random.Random) -> dict[str, object]:
    """A report that names its key, at one of forty places, so that many speak of one thing."""
    place = rng.randrange(40)
    report: dict[str, object] = {
        "key": str(key),
        "category": rng.choice(SUBJECTS),
        "text": f"Drill {key.hex[:8]} {key.hex[8:]}",
        "lng": round(21.20 + 0.002 * (place % 8) + rng.uniform(0, 0.0002), 6),
        "lat": round(45.74 + 0.002 * (place // 8) + rng.uniform(0, 0.0002), 6),
    }
    if rng.random() < WITH_ADDRESS:
        report["email"] = f"drill-{key.hex}@example.org"
    return report
