"""Words to search by for issues that were there before; of those, texts with personal data wait for a person.

In batches, each a transaction of its own: killed half-way, it goes on where it stopped when it is run again.
"""

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, migrations, transaction

from issues.texts import folded_rows, personal_rows
from neighborhoods.bulk import copy_in, copy_out

BATCH = 20_000
TEXTS = ("title", "description", "address")

_ROWS = pa.schema([("id", pa.int64())] + [(name, pa.large_string()) for name in TEXTS])
_READ = """
SELECT i.id, i.title, i.description, i.address
FROM issues_issue i JOIN neighborhoods_category c ON c.id = i.category_id
WHERE i.id > %s AND i.words = '' AND i.text_state = 'shown' AND NOT c.sensitive
  AND concat(i.title, i.description, i.address) <> ''
ORDER BY i.id LIMIT %s FOR NO KEY UPDATE OF i
"""
_WRITE = """
UPDATE issues_issue i SET words = w.words, text_state = w.text_state
FROM words_found w WHERE i.id = w.id
"""


def fill(apps=None, schema_editor=None):
    last = found = 0
    while (found := _batch(last)) is not None:
        last = found
    if last and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) issues_issue, issues_searchrow")


@transaction.atomic
def _batch(after):
    """The last key of the next batch, or nothing where all have their words."""
    rows = copy_out(_READ, [after, BATCH], _ROWS)
    if not rows.num_rows:
        return None
    texts = [rows[name].combine_chunks() for name in TEXTS]
    withheld = pa.array(personal_rows(*texts))
    words = pc.if_else(withheld, pa.scalar("", pa.large_string()), folded_rows(*texts))
    states = pc.if_else(withheld, "withheld", "shown")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE words_found (id bigint, words text, text_state varchar(8)) ON COMMIT DROP")
        copy_in("words_found", pa.table({"id": rows["id"], "words": words, "text_state": states}))
        cursor.execute(_WRITE)
        cursor.execute("DROP TABLE words_found")
    return rows["id"][-1].as_py()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("issues", "0005_search_rows")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
