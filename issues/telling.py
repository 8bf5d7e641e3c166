"""Who hears of what happens to an issue."""

from __future__ import annotations

from issues.models import Issue


def tell_of_new(issue: Issue) -> None:
    """Tell those who follow the place of an issue that it is there."""
