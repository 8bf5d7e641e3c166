"""Accounts for tests: one for each role, and one that may do nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import F
from django.test import Client

from neighborhoods.access import give_role
from neighborhoods.models import AccountStep, User
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


def age_steps(by: dt.timedelta) -> None:
    """Let all that was done with accounts lie further back, past the trigger that keeps it as it was written."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE neighborhoods_accountstep DISABLE TRIGGER account_steps_kept")
        AccountStep.objects.update(at=F("at") - by)
        cursor.execute("ALTER TABLE neighborhoods_accountstep ENABLE TRIGGER account_steps_kept")
