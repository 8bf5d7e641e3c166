"""Accounts for tests: one for each role, and one that may do nothing."""

from __future__ import annotations

from typing import Any

from django.test import Client

from neighborhoods.access import give_role
from neighborhoods.models import User
from neighborhoods.rules import Role
from web.accounts import SHOWN, factor_of, secret_for

PASSWORD = "a long password of a test"


def make_person(name: str = "nobody", *roles: Role, **reach: Any) -> User:
    """An account of that name with these roles; the same name gives the same account."""
    held = User.objects.filter(username=name).first()
    if held is None:
        held = User.objects.create_user(name, password=PASSWORD)
        for role in roles:
            give_role(user=held, role=role, by=None, **reach)
    return held


def make_moderator(name: str = "moderator") -> User:
    return make_person(name, Role.MODERATOR)


def make_officer(name: str = "officer") -> User:
    return make_person(name, Role.OFFICER)


def sign_in(client: Client, account: User, *, second_factor: bool = True) -> None:
    """A session of an account as it is after the password, and after the code where it has shown one."""
    client.force_login(account)
    if second_factor:
        if factor_of(account) is None:
            secret_for(account)
        session = client.session
        session[SHOWN] = factor_of(account).pk
        session.save()
