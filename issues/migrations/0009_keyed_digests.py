"""Digests of what was said are keyed, so that a copy of the database lets nobody try guesses against them.

The key is that of the site (SECRET_KEY), so this runs with the key under which the site runs. What came in before stays
known: its digest is keyed as it stands, as issues.submitting keys a new one. All rows or none, as twice would be wrong;
there is no way back from a keyed digest.
"""

from django.db import connection, migrations, transaction
from django.utils.crypto import salted_hmac


@transaction.atomic
def key_digests(apps=None, schema_editor=None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, body_digest FROM issues_submission ORDER BY id FOR UPDATE")
        rows = cursor.fetchall()
        keyed = [salted_hmac("ascult.report", bytes(body), algorithm="sha256").digest() for _id, body in rows]
        cursor.execute(
            "UPDATE issues_submission s SET body_digest = k.body_digest "
            "FROM unnest(%s::bigint[], %s::bytea[]) AS k (id, body_digest) WHERE k.id = s.id",
            [[row for row, _body in rows], keyed],
        )


class Migration(migrations.Migration):
    dependencies = [("issues", "0008_in_area")]

    operations = [migrations.RunPython(key_digests)]
