"""Does anything that can be sent to the API break it, or make it answer otherwise than it says? Last line: JSON.

schemathesis reads the description of the API and sends each operation what fits it and what does not: as anybody, as a
program that reads, as one that writes. Every answer must have status, content type, headers and body as described, and
none may be a 5xx. The server is gunicorn on a small city in a database of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from bench._city import load_places, pins, use_database
from bench._fuzz import Round, fuzz
from bench._site import served

ISSUES = 2_000
# Shares of the cases: anybody may do the most.
ROLES = {"anonymous": 0.5, "api_read": 0.2, "api_write": 0.3}
# About so many cases an operation gets beside its examples, out of the combinations of its parameters.
COVERAGE, OPERATIONS = 85, 22


def prepare() -> dict[str, str]:
    """A small city with an analysis and its reports; gives the key of each role."""
    use_database("ascult_drill_fuzz", fresh=True)
    from django.conf import settings

    from analytics.listening import release
    from analytics.runs import analyse
    from issues.importing import import_file
    from issues.mappings import load_mapping
    from neighborhoods.access import make_token
    from neighborhoods.models.access import READ, WRITE

    load_places()
    import_file(path=pins(ISSUES), mapping=load_mapping("demo", settings.FIXTURES / "mappings"), city=settings.CITY)
    run = analyse()
    for area in run.boundary_set.areas.all():
        release(area, run)
    scopes = {"api_read": READ, "api_write": WRITE}
    keys = {role: make_token(name=role, scope=scope, by=None)[1] for role, scope in scopes.items()}
    return {"anonymous": ""} | keys


def _environment() -> dict[str, str]:
    """No limits; and the secret that the keys were made with, as the server has a state folder of its own."""
    from django.conf import settings

    times = "1000000"
    return {"SECRET_KEY": settings.SECRET_KEY, "ASCULT_API_LIMITS_TIMES": times, "ASCULT_REPORTS_PER_HOUR": times}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print((__doc__ or "").strip(), flush=True)
    keys, rounds, started = prepare(), dict[str, Round](), time.monotonic()
    with served(os.environ["DATABASE_URL"], **_environment()) as site:
        for role, share in ROLES.items():
            examples = max(1, round(given.cases * share / OPERATIONS) - COVERAGE)
            rounds[role] = fuzz(site, examples=examples, seed=given.seed, key=keys[role])
            print(
                f"{role:<12}{rounds[role].cases:>8,} cases: {'good' if rounds[role].good else 'NOT GOOD'}", flush=True
            )
            if not rounds[role].good:
                print(rounds[role].said, flush=True)
    good = all(one.good for one in rounds.values())
    figures = {
        "drill": "fuzz",
        "cases": sum(one.cases for one in rounds.values()),
        "by_role": {role: one.cases for role, one in rounds.items()},
        "seed": given.seed,
        "minutes": round((time.monotonic() - started) / 60, 1),
        "good": good,
    }
    print(json.dumps(figures))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
