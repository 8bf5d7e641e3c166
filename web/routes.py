"""Every address of the site and what one must be allowed to do to ask for it. The gate (web.access) knows no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.urls import ResolverMatch

from analytics.rules import ResultRight
from issues.rules import IssueRight
from neighborhoods.rules import PeopleRight


class Family(StrEnum):
    """How an address speaks: to people who read pages, or to programs."""

    PAGE = "page"
    API = "api"
    OPEN311 = "open311"


@dataclass(frozen=True)
class Row:
    """What each method needs. HEAD needs what GET needs."""

    methods: Mapping[str, StrEnum]
    family: Family = Family.PAGE


def get(right: StrEnum, post: StrEnum | None = None, **more: StrEnum) -> Row:
    """A page to read, perhaps with a form to send."""
    return Row({"GET": right} | ({"POST": post} if post else {}) | more)


def api(right: StrEnum, post: StrEnum | None = None) -> Row:
    """What programs read, and perhaps send to."""
    return Row(get(right, post).methods, Family.API)


def post(right: StrEnum) -> Row:
    """Something that is only sent."""
    return Row({"POST": right})


def _open311(right: StrEnum, post: StrEnum | None = None) -> Row:
    return Row({"GET": right} | ({"POST": post} if post else {}), Family.OPEN311)


_SEE, _ISSUE = PeopleRight.SEE, IssueRight

ROUTES: Mapping[str, Row] = {
    # the machine
    "healthz": get(_SEE),
    "readyz": get(_SEE),
    "service-worker": get(_SEE),
    "tile": get(_SEE),
    # what is said, for everybody
    "home": get(_ISSUE.SEE),
    "live-cells": get(_ISSUE.SEE),
    "live-areas": get(_ISSUE.SEE),
    "live-still": get(_ISSUE.SEE),
    "issues": get(_ISSUE.SEE),
    "issue-find": get(_ISSUE.SEE),
    "issue": get(_ISSUE.SEE),
    "embed": get(_ISSUE.SEE),
    "photo": get(_ISSUE.SEE),
    "feed-issues": get(_ISSUE.SEE),
    "feed-neighborhood": get(_ISSUE.SEE),
    "feed-issue": get(_ISSUE.SEE),
    # reporting
    "issue-new": get(_SEE, post=_ISSUE.REPORT),
    "issue-addresses": get(_SEE),
    "issue-place": get(_SEE),
    "issue-suggestion": post(_ISSUE.REPORT),
    "issue-similar": post(_ISSUE.REPORT),
    "held": get(_SEE, post=_ISSUE.REPORT),
    "issue-verdict": get(_SEE, post=_ISSUE.JUDGE),
    # behind the private link of a report
    "mine": get(_ISSUE.FOLLOW_UP),
    "mine-told": post(_ISSUE.FOLLOW_UP),
    "mine-verdict": get(_ISSUE.FOLLOW_UP, post=_ISSUE.FOLLOW_UP),
    "mine-erase": get(_ISSUE.FOLLOW_UP, post=_ISSUE.FOLLOW_UP),
    "mine-photo": Row({"POST": _ISSUE.FOLLOW_UP, "PUT": _ISSUE.FOLLOW_UP}),
    "mine-photo-file": get(_ISSUE.FOLLOW_UP),
    # following
    "follow": get(_SEE, post=PeopleRight.FOLLOW),
    "follow-confirm": get(_SEE, post=PeopleRight.FOLLOW),
    "follow-stop": get(_SEE, post=PeopleRight.FOLLOW),
    # places and results
    "neighborhoods": get(ResultRight.SEE),
    "neighborhood": get(ResultRight.SEE),
    "methods": get(ResultRight.SEE),
    "problem-areas": get(ResultRight.SEE),
    "what-if": get(ResultRight.ASK_WHAT_IF),
    "findings-json": get(ResultRight.SEE),
    "ranking-json": get(ResultRight.SEE),
    "apart": get(ResultRight.SEE),
    "report": get(ResultRight.SEE),
    "report-map": get(ResultRight.SEE),
    "report-file": get(ResultRight.SEE),
    # signing in
    "sign-in": get(PeopleRight.SIGN_IN, post=PeopleRight.SIGN_IN),
    "account_login": get(PeopleRight.SIGN_IN, post=PeopleRight.SIGN_IN),
    "admin-sign-in": get(PeopleRight.SIGN_IN, post=PeopleRight.SIGN_IN),
    "sign-out": post(PeopleRight.ACCOUNT),
    "mfa_authenticate": get(PeopleRight.SIGN_IN, post=PeopleRight.SIGN_IN),
    "account_reauthenticate": get(PeopleRight.ACCOUNT, post=PeopleRight.ACCOUNT),
    "mfa_reauthenticate": get(PeopleRight.ACCOUNT, post=PeopleRight.ACCOUNT),
    "mfa_index": get(PeopleRight.ACCOUNT),
    "mfa_activate_totp": get(PeopleRight.ACCOUNT, post=PeopleRight.ACCOUNT),
    "mfa_deactivate_totp": get(PeopleRight.ACCOUNT, post=PeopleRight.ACCOUNT),
    "mfa_view_recovery_codes": get(PeopleRight.ACCOUNT),
    "mfa_generate_recovery_codes": get(PeopleRight.ACCOUNT, post=PeopleRight.ACCOUNT),
    "own-password": get(PeopleRight.SIGN_IN, post=PeopleRight.SIGN_IN),
    "change-password": get(PeopleRight.ACCOUNT, post=PeopleRight.ACCOUNT),
    # who did what, for the data-protection officer
    "acts": get(PeopleRight.SEE_ACTS),
    # accounts, keys and webhooks, for administrators
    "staff": get(PeopleRight.GIVE_ROLES, post=PeopleRight.GIVE_ROLES),
    "staff-account": get(PeopleRight.GIVE_ROLES, post=PeopleRight.GIVE_ROLES),
    "keys": get(PeopleRight.MAKE_TOKENS, post=PeopleRight.MAKE_TOKENS),
    "hooks": get(_ISSUE.HOOK, post=_ISSUE.HOOK),
    "hook": get(_ISSUE.HOOK, post=_ISSUE.HOOK),
    # the desk
    "moderation": get(_ISSUE.SEE_DESK),
    "moderate": get(_ISSUE.SEE_DESK, post=_ISSUE.SEE_DESK),
    "moderation-photo": get(_ISSUE.SEE_DESK),
    "desk": get(_ISSUE.SEE_DESK),
    "desk-map": get(_ISSUE.SEE_DESK),
    "desk-views": post(_ISSUE.SEE_DESK),
    "desk-bulk": post(_ISSUE.SEE_DESK),
    "desk-sheet": get(_ISSUE.SEE_DESK),
    "desk-enter": get(_ISSUE.ENTER, post=_ISSUE.ENTER),
    "desk-rules": get(_ISSUE.RULE, post=_ISSUE.RULE),
    "desk-templates": get(_ISSUE.RULE, post=_ISSUE.RULE),
    # the API
    "api-schema": api(_SEE),
    "api-issues": api(_ISSUE.SEE, post=_ISSUE.REPORT),
    "api-issue": api(_ISSUE.SEE),
    "api-issues-csv": api(_ISSUE.SEE),
    "api-issues-geojson": api(_ISSUE.SEE),
    "api-issues-parquet": api(_ISSUE.SEE),
    "api-incidents": api(_ISSUE.SEE),
    "api-incident": api(_ISSUE.SEE),
    "api-categories": api(_SEE),
    "api-category": api(_SEE),
    "api-areas": api(_SEE),
    "api-area": api(_SEE),
    "api-cells": api(_ISSUE.SEE),
    "api-rankings": api(ResultRight.SEE),
    "api-reports": api(ResultRight.SEE),
    "api-report": api(ResultRight.SEE),
    "api-layers": api(_SEE),
    "api-layer-issues": api(_ISSUE.SEE),
    "api-layer-incidents": api(_ISSUE.SEE),
    "api-layer-areas": api(_SEE),
    "api-layer-cells": api(_ISSUE.SEE),
    "api-layer-problem-areas": api(ResultRight.SEE),
    # programs of other cities (Open311 GeoReport v2)
    "open311-discovery": _open311(_SEE),
    "open311-services": _open311(_SEE),
    "open311-definition": _open311(_SEE),
    "open311-requests": _open311(_ISSUE.SEE, post=_ISSUE.SEND),
    "open311-request": _open311(_ISSUE.SEE),
    "open311-token": _open311(_ISSUE.SEE),
    "open311-updates": _open311(_ISSUE.SEE),
    "open311-bulk": _open311(_ISSUE.SEE),
    "open311-nothing": _open311(_SEE),
}
# Every page of Django's own administration.
ADMIN = Row({method: PeopleRight.KEEP_PLACES for method in ("GET", "POST")})


def row_of(match: ResolverMatch | None) -> Row | None:
    """The row of an address; None for one that nobody wrote down."""
    if match is None or not match.view_name:
        return None
    if match.namespaces == ["admin"]:
        return ADMIN
    return ROUTES.get(match.view_name)
