from __future__ import annotations

from typing import Any

from django.core.management import CommandError, CommandParser

from neighborhoods.access import end_role, give_role
from neighborhoods.management.base import CityCommand
from neighborhoods.models import Category, Department, Grant, Neighborhood, User
from neighborhoods.rules import GIVEN, Role
from web.permissions import printed


class Command(CityCommand):
    help = "Say who holds which role; give one to an account, or end it. The table of rights: roles --table."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", nargs="?", help="the name of an account; without it, everybody who holds a role")
        parser.add_argument("--give", metavar="ROLE", help=f"one of: {', '.join(sorted(GIVEN))}")
        parser.add_argument("--end", metavar="ROLE", help="end this role, whatever its reach")
        parser.add_argument("--department", default="", help="with --give: only what this department answers for")
        parser.add_argument("--category", default="", help="with --give: only this subject")
        parser.add_argument("--area", default="", help="with --give: only this neighbourhood")
        parser.add_argument("--table", action="store_true", help="print who may do what, and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["table"]:
            self.stdout.write(printed())
            return
        name = options["account"]
        if name and (options["give"] or options["end"]):
            account = User.objects.filter(username=name).first()
            if account is None:
                raise CommandError(f"there is no account {name}; make it with: script/manage createsuperuser")
            self._give(account, options) if options["give"] else self._end(account, options["end"])
        for grant in Grant.objects.now().select_related("user", "department", "category").order_by("user__username"):
            if not name or grant.user.username == name:
                self.stdout.write(f"{grant.user.username}: {grant.role}{_reach(grant)}")

    def _give(self, account: User, options: dict[str, Any]) -> None:
        if options["give"] not in GIVEN:
            raise CommandError(f"{options['give']} is no role; one of: {', '.join(sorted(GIVEN))}")
        department = _found(Department, options["department"], "department")
        category = _found(Category, options["category"], "subject")
        if options["area"] and not Neighborhood.objects.filter(slug=options["area"]).exists():
            raise CommandError(f"there is no neighbourhood {options['area']}")
        try:
            give_role(
                user=account,
                role=Role(options["give"]),
                by=None,
                department=department,
                category=category,
                area=options["area"],
            )
        except ValueError as problem:
            raise CommandError(str(problem)) from None

    def _end(self, account: User, role: str) -> None:
        try:
            ended = [end_role(grant=grant, by=None) for grant in account.grants.now().filter(role=role)]
        except ValueError as problem:
            raise CommandError(str(problem)) from None
        if not any(ended):
            raise CommandError(f"{account.username} does not hold {role}")


def _found(model: Any, slug: str, what: str) -> Any:
    found = model.objects.filter(slug=slug).first() if slug else None
    if slug and found is None:
        raise CommandError(
            f"there is no {what} {slug}; there are: {', '.join(model.objects.values_list('slug', flat=True))}"
        )
    return found


def _reach(grant: Grant) -> str:
    bounds = [
        f"department {grant.department.slug}" if grant.department else "",
        f"subject {grant.category.slug}" if grant.category else "",
        f"neighbourhood {grant.area}" if grant.area else "",
    ]
    said = ", ".join(bound for bound in bounds if bound)
    return f" ({said})" if said else ""
