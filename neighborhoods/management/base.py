"""What every command of ours needs before its work: tables and the city's categories."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from neighborhoods.actions import sync_categories, sync_departments
from neighborhoods.models import Category


def _behind() -> bool:
    """Whether a migration of this code has not been applied."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


class CityCommand(BaseCommand):
    """A command on the database of one city. An empty database gets its tables first; nothing else is assumed."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            tables = connection.introspection.table_names()
        except OperationalError as problem:
            raise CommandError(f"no database to work on: {str(problem).strip()}; see script/postgres status") from None
        if "django_migrations" not in tables:
            self.stderr.write("The database is empty: making its tables.")
            call_command("migrate", verbosity=0, interactive=False)
        elif _behind():
            raise CommandError("the tables are older than this code; bring them up to date with script/manage migrate")
        sync_departments(settings.CITY)
        self.categories: dict[str, Category] = sync_categories(settings.CITY)
        return super().execute(*args, **options)
