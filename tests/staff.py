"""Accounts for tests: one for each role, and one that may do nothing."""

from __future__ import annotations

from django.contrib.auth.models import Permission

from issues.permissions import ANSWER, MODERATE
from neighborhoods.models import User

PASSWORD = "a long password of a test"


def make_person(name: str = "nobody", *permissions: str) -> User:
    """An account of that name with these permissions; the same name gives the same account."""
    held = User.objects.filter(username=name).first()
    if held is None:
        held = User.objects.create_user(name, password=PASSWORD)
        codes = [permission.partition(".")[2] for permission in permissions]
        held.user_permissions.set(Permission.objects.filter(codename__in=codes))
    return held


def make_moderator(name: str = "moderator") -> User:
    return make_person(name, MODERATE)


def make_officer(name: str = "officer") -> User:
    return make_person(name, ANSWER)
