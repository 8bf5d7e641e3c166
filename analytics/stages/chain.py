"""The chain no number may skip: counts, expected, shrunken rates, readiness to report, scores, ranks; and what else
is learnt of the same cube. Pure: the same city gives the same families, whatever the order of rows or units."""

from __future__ import annotations

from collections.abc import Callable

from analytics.stages import alarms, change, check, clusters, counts, patterns, ranking, reporting, waiting
from analytics.stages.city import City, Family

Say = Callable[[str], None]


def families(city: City, since: int, until: int, say: Say = lambda _: None) -> list[Family]:
    """Every family of a city's open categories; `since` and `until` are the period's local days since 1970.

    Raises MethodError for a city that cannot be analysed. `say` is told what is being worked on.
    """
    say("counts, expected counts, shrunken rates and the exposure test")
    tables = counts.count(city)
    found = counts.families(city, tables)
    say("clusters")
    found += clusters.families(city, tables, since, until)
    say("patterns")
    found += patterns.families(city, tables)
    say("change")
    found += change.families(city, tables)
    say("waiting times")
    waited = waiting.wait(city, since, until)
    found += waiting.families(city, waited)
    say("readiness to report")
    learnt = reporting.learn(city)
    found += reporting.families(city, learnt)
    say("rankings")
    found += ranking.families(city, tables, learnt, waiting.gaps(waited))
    say("alarms")
    found += alarms.families(city)
    say("does the map work?")
    return found + check.families(city)
