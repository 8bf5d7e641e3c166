from __future__ import annotations

import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management import CommandError, CommandParser
from django.db import transaction

from issues.demo import SOURCE
from issues.models import Issue
from neighborhoods.access import give_role
from neighborhoods.management.base import CityCommand
from neighborhoods.models import User
from neighborhoods.rules import STAFF
from web.accounts import secret_for
from web.codes import code_of


class Command(CityCommand):
    help = "An account for each role of staff, with a new password and second factor told here and nowhere else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", metavar="NAME", help="print the code that the app of a demo account shows now")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        if not Issue.objects.filter(source=SOURCE).exists():
            raise CommandError("this is no demo city: its accounts are made by hand (createsuperuser, then roles)")
        if options["code"]:
            self.stdout.write(self._code(options["code"]))
            return
        for role in sorted(STAFF):
            password = secrets.token_urlsafe(12)
            account, _made = User.objects.get_or_create(
                username=role.value, defaults={"signs_as": f"{role.value} (demo)"}
            )
            account.set_password(password)
            account.save()
            if not account.grants.now().filter(role=role.value).exists():
                give_role(user=account, role=role, by=None)
            self.stdout.write(f"  {role.value}: password {password}, key for an app of codes {secret_for(account)}")
        self.stdout.write("  or, without such an app: script/manage demo_accounts --code NAME")

    def _code(self, name: str) -> str:
        try:
            return code_of(User.objects.get(username=name))
        except (User.DoesNotExist, Authenticator.DoesNotExist):
            raise CommandError(f"{name} is no demo account with a second factor") from None
