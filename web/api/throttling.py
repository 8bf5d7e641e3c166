"""How often a sender may ask: counted in the database, so that all processes say the same, and told with each answer.

Headers as in draft-ietf-httpapi-ratelimit-headers: `RateLimit-Policy: "requests";q=600;w=60`,
`RateLimit: "requests";r=599;t=60`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from neighborhoods.limits import Spent, block_of, spend
from web.api.problems import RefusedError
from web.pages.challenges import client_address

MINUTE, HOUR = 60, 3600


@dataclass(frozen=True)
class Policy:
    """So many within a window of seconds: for an address block, and for a program with a key of its own."""

    name: str
    quota: int
    with_key: int
    window_s: int

    def most(self, request: HttpRequest) -> int:
        """For this sender. A setting raises all of them, for drills."""
        return (self.with_key if request.actor.token else self.quota) * settings.API_LIMITS_TIMES


REQUESTS = Policy("requests", 600, 1_800, MINUTE)
EXPORTS = Policy("exports", 60, 240, HOUR)
# Without a key, a report is limited as one from the form is (web.pages.challenges).
REPORTS = Policy("reports", 0, 600, HOUR)


def counted(request: HttpRequest, policy: Policy) -> dict[str, str]:
    """Count this request; gives the headers that tell what is left. Raises RefusedError (429) for one too many."""
    most = policy.most(request)
    spent = spend(_sender(request, policy), most, dt.timedelta(seconds=policy.window_s))
    told = headers(policy, most, spent)
    if not spent.let_in:
        said = f"{most} requests in {policy.window_s} seconds are too many. Try again in {spent.frees_in_s} seconds."
        raise RefusedError(429, said, headers={"Retry-After": str(spent.frees_in_s), **told})
    return told


def headers(policy: Policy, most: int, spent: Spent) -> dict[str, str]:
    """What a sender is told of its limit."""
    return {
        "RateLimit-Policy": f'"{policy.name}";q={most};w={policy.window_s}',
        "RateLimit": f'"{policy.name}";r={spent.left};t={spent.frees_in_s}',
    }


def tell(response: HttpResponse, told: Mapping[str, str]) -> None:
    """The headers on an answer, behind those of a narrower limit that it carries already."""
    for name, value in told.items():
        held = response.headers.get(name)
        response.headers[name] = f"{held}, {value}" if held else value


def _sender(request: HttpRequest, policy: Policy) -> bytes:
    """A program by its key, anybody else by the address block."""
    token = request.actor.token
    if token:
        return block_of("", timezone.now(), f"api {policy.name} key {token}")
    return block_of(client_address(request), timezone.now(), f"api {policy.name}")
