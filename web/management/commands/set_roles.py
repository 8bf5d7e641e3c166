from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management import CommandParser
from django.db import transaction

from issues.permissions import ROLES
from neighborhoods.management.base import CityCommand
from neighborhoods.models import User


class Command(CityCommand):
    help = "Make the groups of staff, each with exactly what issues/permissions.py says it may do."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--demo-accounts",
            action="store_true",
            help="make an account for each role too, with a new random password that is told here and nowhere else",
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for role in ROLES:
            group, _made = Group.objects.get_or_create(name=role.name)
            codes = [permission.partition(".")[2] for permission in role.permissions]
            found = Permission.objects.filter(content_type__app_label="issues", codename__in=codes)
            if len(found) != len(codes):
                raise LookupError(f"the tables lack a permission of {role.name}: {', '.join(codes)}")
            group.permissions.set(found)
            self.stdout.write(f"{role.name}: {', '.join(sorted(role.permissions))}")
            if options["demo_accounts"]:
                self.stdout.write(self._demo_account(role.name, group))

    def _demo_account(self, role: str, group: Group) -> str:
        """An account named as its role; one that is there gets a new password."""
        name, password = role.lower(), secrets.token_urlsafe(12)
        account, _made = User.objects.get_or_create(username=name, defaults={"signs_as": f"{role} (demo)"})
        account.set_password(password)
        account.save()
        account.groups.set([group])
        return f"  demo account {name}, password {password}"
