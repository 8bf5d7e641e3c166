"""Fold waiting changes of counts into the tallies; every count reads both, so folding changes no answer."""

from __future__ import annotations

from django.db import connection, transaction

from geo import hexes

# Any constant will do, as long as nothing else takes it.
FOLD_LOCK = 7_340_031

_PARENT = f"((cell & ~{0xF << 52}::bigint) | {8 << 52}::bigint | {(1 << (3 * (hexes.MAX_RES - 8))) - 1}::bigint)"


def _into(table: str, unit: str) -> str:
    return f"""
        INSERT INTO {table} AS kept (unit, category_id, state, month, n)
        SELECT {unit}, category_id, state, month, sum(n) FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 ORDER BY 1, 2
        ON CONFLICT (unit, category_id, state, month) DO UPDATE SET n = kept.n + excluded.n
        RETURNING 1
    """


FOLD = f"""
WITH gone AS (DELETE FROM issues_tallychange RETURNING *),
     areas AS ({_into("issues_areatally", "neighborhood_id")}),
     coarse AS ({_into("issues_coarsetally", _PARENT)}),
     fine AS ({_into("issues_finetally", "cell")})
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM areas) + (SELECT count(*) FROM coarse)
    + (SELECT count(*) FROM fine)
"""


def fold_tallies() -> int:
    """Fold all that waits, in one transaction; gives how many changes were folded.

    Two at once wait for each other. What is left dead behind is vacuumed where no transaction is open.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FOLD_LOCK])
        cursor.execute(FOLD)
        folded = int(cursor.fetchone()[0])
    if folded and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(
                "VACUUM (ANALYZE) issues_tallychange, issues_areatally, issues_coarsetally, issues_finetally"
            )
    return folded
