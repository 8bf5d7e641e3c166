"""Is anything that was acknowledged ever lost, or there twice? Reporters send, and what serves them is killed.

In every round, under load: kill -9 of a worker of the server, of a session of the database, of the server itself and
of the whole database cluster; the last two are started again. After every kill, each key that was acknowledged must be
there once, with the number and link that were told and its outbox rows. Cluster and server are private and go away.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from bench._kills import Cluster, Server, grounds
from bench._reporters import Reporters, Told
from issues.numbers import number_of

# How long there is load before a kill, and after everything answers again, in seconds.
BEFORE_S, AFTER_S = (0.3, 1.2), 0.8
# A gap longer than this is worth a look; on a busy machine it says more about the machine.
GAP_S = {"worker": 1.0, "session": 3.0, "server": 5.0, "cluster": 10.0}

_KEPT = """
SELECT encode(s.key_digest, 'hex'), s.issue_id, encode(s.link, 'hex'),
       (SELECT count(*) FROM neighborhoods_follow f WHERE f.subject = s.issue_id),
       (SELECT count(*) FROM neighborhoods_notice n WHERE n.subject = s.issue_id AND n.kind = 'confirm'),
       (SELECT count(*) FROM issues_statuschange c WHERE c.issue_id = s.issue_id)
FROM issues_submission s
"""
_DOUBLED = "SELECT description FROM issues_issue GROUP BY 1 HAVING count(*) > 1"
_UNEVEN = """
SELECT g.first_issue_id FROM issues_incident g JOIN issues_issue i ON i.incident_id = g.first_issue_id
GROUP BY g.first_issue_id, g.issues HAVING g.issues <> count(*)
"""


@dataclass
class Found:
    """What the database holds against what was told: keys, and other things that do not fit."""

    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    otherwise: set[str] = field(default_factory=set)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.otherwise)


def look(cluster: Cluster, told: list[Told]) -> Found:
    """Compare as soon as the database answers: a session's death may end all others a moment later."""
    while True:
        cluster.wait_until_ready()
        with contextlib.suppress(psycopg.OperationalError):
            return compare(cluster.url, told)


def compare(url: str, told: list[Told]) -> Found:
    """Look for every key that was told, and for anything there twice."""
    found = Found()
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        city = bytes(connection.execute("SELECT key FROM issues_numberkey ORDER BY id").fetchone()[0])
        kept = {row[0]: row[1:] for row in connection.execute(_KEPT)}
        found.doubled |= {text for (text,) in connection.execute(_DOUBLED)}
        found.otherwise |= {f"incident {pk} counts wrongly" for (pk,) in connection.execute(_UNEVEN)}
        issues = connection.execute("SELECT count(*) FROM issues_issue").fetchone()[0]
    if issues != len(kept) or any(issue is None for issue, *_rest in kept.values()):
        found.otherwise.add(f"{issues} issues for {len(kept)} receipts")
    for one in told:
        if one.digest not in kept:
            found.lost.add(one.digest)
            continue
        issue, link, *rows = kept[one.digest]
        mails = 1 if one.mailed else 0
        if (number_of(issue, city), link, rows) != (one.number, one.link, [mails, mails, 1]):
            found.otherwise.add(f"{one.number} was told; kept: {number_of(issue, city)}, rows {rows}")
    return found


def faults(cluster: Cluster, server: Server, rng: random.Random) -> dict[str, Callable[[], None]]:
    """What is done to whom, by name."""

    def server_again() -> None:
        server.kill()
        server.start()

    def cluster_again() -> None:
        cluster.kill()
        time.sleep(1)
        cluster.start()

    return {
        "worker": lambda: server.kill_worker(rng),
        "session": lambda: cluster.kill_backend(rng),
        "server": server_again,
        "cluster": cluster_again,
    }


@dataclass
class Result:
    """The whole drill in figures."""

    rounds: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    found: Found = field(default_factory=Found)

    def add(self, fault: str, gap_s: float, found: Found) -> None:
        self.gaps[fault] = max(self.gaps[fault], round(gap_s, 2))
        self.found.lost |= found.lost
        self.found.doubled |= found.doubled
        self.found.otherwise |= found.otherwise


def drill(rounds: int, reporters: int, seed: int = 1) -> dict[str, object]:
    """Run the drill; gives its figures."""
    rng = random.Random(seed)
    result = Result()
    with grounds() as (cluster, server):
        crowd = Reporters(server.address, reporters, seed)
        crowd.start()
        for turn in range(1, rounds + 1):
            result.rounds = turn
            said = [_one(name, act, crowd, cluster, result, rng) for name, act in faults(cluster, server, rng).items()]
            print(f"round {turn} of {rounds}: {len(crowd.tally.told):,} told · {' · '.join(said)}", flush=True)
        crowd.finish()
        result.add("worker", 0, look(cluster, crowd.tally.told))
        result.found.otherwise |= set(crowd.tally.otherwise)
    return _figures(result, crowd, reporters)


def _one(
    name: str, act: Callable[[], None], crowd: Reporters, cluster: Cluster, result: Result, rng: random.Random
) -> str:
    """One kill under load, and the look at what is there afterwards."""
    time.sleep(rng.uniform(*BEFORE_S))
    began = time.monotonic()
    before = len(crowd.tally.told)
    act()
    cluster.wait_until_ready()
    _wait_for_more(crowd, len(crowd.tally.told))
    time.sleep(AFTER_S)
    gap = crowd.tally.longest_gap_s(began, time.monotonic())
    told = list(crowd.tally.told)
    found = look(cluster, told)
    result.add(name, gap, found)
    return f"{name} {gap:.2f} s, {len(told) - before} told{'' if found.good else ', NOT GOOD'}"


def _wait_for_more(crowd: Reporters, before: int, seconds: float = 60) -> None:
    """Until somebody is told again."""
    until = time.monotonic() + seconds
    while len(crowd.tally.told) <= before:
        if time.monotonic() > until:
            raise RuntimeError(f"nobody was told anything for {seconds:.0f} s: {dict(crowd.tally.answers)}")
        time.sleep(0.01)


def _figures(result: Result, crowd: Reporters, reporters: int) -> dict[str, object]:
    answers = {str(status): n for status, n in sorted(crowd.tally.answers.items())}
    strange = {status: n for status, n in answers.items() if status not in {"0", "200", "201", "503"}}
    return {
        "drill": "kills",
        "rounds": result.rounds,
        "reporters": reporters,
        "acked": len(crowd.tally.told),
        "retries": crowd.tally.retries,
        "replays": crowd.tally.answers[200],
        "lost": len(result.found.lost),
        "doubled": len(result.found.doubled),
        "otherwise": sorted(result.found.otherwise)[:20],
        "longest_gap_s": dict(result.gaps),
        "answers": answers,
        "strange_answers": strange,
        "good": result.found.good and not strange,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--reporters", type=int, default=30)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    print(f"{(__doc__ or '').strip()}\n\nload {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, seed {options.seed}")
    figures = drill(options.rounds, options.reporters, options.seed)
    for fault, gap in dict(figures["longest_gap_s"]).items():  # type: ignore[call-overload]
        long = "" if gap <= GAP_S[fault] else f"  (longer than {GAP_S[fault]:g} s: was the machine busy?)"
        print(f"{fault:<10} longest time without an answer {gap:>6.2f} s{long}")
    print(json.dumps(figures))
    sys.exit(0 if figures["good"] else 1)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
