"""An exact place is given up: the issue stays where it counts, and what belongs together stays together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.db import connection, transaction

from geo import hexes
from issues.models import Issue
from issues.rules import Precision

# Linking anew goes by places. Whoever loses theirs keeps its incident by name, as a source's own marker would tell it.
_MARK = """
UPDATE issues_issue m SET duplicate_of = f.external_id FROM issues_issue f
WHERE f.id = m.incident_id AND m.id <> f.id AND m.duplicate_of = '' AND m.source = f.source AND {chosen} = ANY(%s)
"""

_MOVE = """
UPDATE issues_issue i SET
    point = ST_SetSRID(ST_MakePoint(w.lng, w.lat), 4326),
    public_point = CASE WHEN w.sensitive THEN i.public_point ELSE ST_SetSRID(ST_MakePoint(w.lng, w.lat), 4326) END,
    precision = %s
FROM unnest(%s::bigint[], %s::float8[], %s::float8[], %s::bool[]) AS w (id, lng, lat, sensitive) WHERE i.id = w.id
"""


@transaction.atomic
def blur(issues: Sequence[int]) -> None:
    """Move issues (keys) to the centre of their cell of resolution 10, public point and all; no count changes.

    Of sensitive subjects the public point stays: it is coarser than that already. They are known like an issue of which
    only the street is known, so none that come later join them; incidents stay as they are, also when linked anew.
    """
    keys = list(issues)
    rows = Issue.objects.filter(pk__in=keys).values_list("pk", "cell", "category__sensitive")
    if not rows:
        return
    ids, cells, sensitive = (list(column) for column in zip(*rows, strict=True))
    lng, lat = hexes.centres(np.array(cells, np.uint64))
    with connection.cursor() as cursor:
        cursor.execute(_MARK.format(chosen="m.id"), [keys])
        cursor.execute(_MARK.format(chosen="m.incident_id"), [keys])
        cursor.execute(_MOVE, [Precision.STREET.value, ids, lng.tolist(), lat.tolist(), sensitive])
