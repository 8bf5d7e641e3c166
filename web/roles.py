"""What each part of a running Ascult may do in the database: the web adds addresses of people, only mail reads them."""

from __future__ import annotations

from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg import sql

CONTACTS = "neighborhoods_contact"
# What the web sees of a contact. The address itself is not among it; `digest` is keyed.
KNOWN = ("id", "digest", "language", "created_at")
WEB, MAIL = "web", "mail"
EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE")

# What each role is granted on contacts; on every other table both have EVERYTHING, and no role may change tables.
ON_CONTACTS = {
    WEB: (f"SELECT ({', '.join(KNOWN)})", "INSERT", "DELETE"),
    MAIL: ("SELECT", "DELETE"),
}

# How sessions of a role behave. A page asks small questions: starting helpers costs more than they save, and a question
# that runs for long is a mistake.
BEHAVIOUR = {WEB: {"max_parallel_workers_per_gather": "0", "statement_timeout": "15s"}, MAIL: {}}


def name_of(role: str) -> str:
    """The role's name in the cluster: roles belong to all its databases, so each database has its own."""
    return f"{connection.settings_dict['NAME']}_{role}"


def exist() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [[name_of(r) for r in ON_CONTACTS]])
        return bool(cursor.fetchone()[0] == len(ON_CONTACTS))


def make() -> list[str]:
    """Make both roles where they are missing, and grant each what it needs now; gives their names.

    Needs a connection that may create roles. To be called again after every migration (web.apps does).
    """
    with connection.cursor() as cursor:
        for role in ON_CONTACTS:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name_of(role)])
            if not cursor.fetchone():
                cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name_of(role))))
            for setting, value in BEHAVIOUR[role].items():
                cursor.execute(
                    sql.SQL("ALTER ROLE {} SET {} = {}").format(
                        sql.Identifier(name_of(role)), sql.Identifier(setting), sql.Literal(value)
                    )
                )
    grant()
    return [name_of(role) for role in ON_CONTACTS]


def grant() -> None:
    """Grant both roles what the tables of today need."""
    with connection.cursor() as cursor:
        for role, of_contacts in ON_CONTACTS.items():
            _grant(cursor, sql.Identifier(name_of(role)), of_contacts)


def _grant(cursor: CursorWrapper, role: sql.Identifier, of_contacts: tuple[str, ...]) -> None:
    contacts = sql.Identifier(CONTACTS)
    every = sql.SQL(", ".join(EVERYTHING))
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    cursor.execute(sql.SQL("GRANT {} ON ALL TABLES IN SCHEMA public TO {}").format(every, role))
    cursor.execute(sql.SQL("GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {}").format(role))
    cursor.execute(sql.SQL("REVOKE ALL ON {} FROM {}").format(contacts, role))
    for privilege in of_contacts:
        cursor.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(privilege), contacts, role))
