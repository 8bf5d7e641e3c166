"""Incidents, default pins and places made again for all issues at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction

from geo.crs import to_metric
from issues.linking import Pins, first_issues, microseconds
from neighborhoods.bulk import copy_in, copy_out
from neighborhoods.locate import locator, public_points
from neighborhoods.models import BoundarySet, Category

# A coordinate (to about a metre) is a default pin when it holds many issues, many times more than others do, of many
# unlike subjects: a real place seldom has more than a few of one kind, a city hall has some of everything.
DEFAULT_PIN_LEAST = 20
DEFAULT_PIN_TIMES = 10
DEFAULT_PIN_SUBJECTS = 5
DEFAULT_PIN_LARGEST_SHARE = 0.6

_SPOTS = """
WITH spots AS (
    SELECT floor(ST_X(point) * 100000 + 0.5)::bigint AS lng5, floor(ST_Y(point) * 100000 + 0.5)::bigint AS lat5,
           category_id, count(*) AS n
    FROM issues_issue GROUP BY 1, 2, 3
), places AS (
    SELECT lng5, lat5, sum(n) AS n, count(*) AS subjects, max(n) AS largest FROM spots GROUP BY 1, 2
), usual AS (
    SELECT (array_agg(n ORDER BY n))[1 + floor(0.99 * (count(*) - 1))::int] AS n FROM places
)
SELECT places.lng5, places.lat5, places.n, places.subjects FROM places, usual
WHERE places.n >= greatest(%s, %s * usual.n) AND subjects >= %s AND largest <= %s * places.n
ORDER BY places.n DESC, lng5, lat5
"""


_ON_A_PIN = """
(floor(ST_X(point) * 100000 + 0.5)::bigint, floor(ST_Y(point) * 100000 + 0.5)::bigint) IN
(SELECT * FROM unnest(%s::bigint[], %s::bigint[]))
"""


@dataclass(frozen=True)
class DefaultPin:
    """One coordinate that stands for 'somewhere in the city'."""

    lng: float
    lat: float
    issues: int
    subjects: int


@transaction.atomic
def mark_default_pins() -> list[DefaultPin]:
    """Mark the issues on default pins, unmark those on none; gives the pins found, largest first."""
    values = [DEFAULT_PIN_LEAST, DEFAULT_PIN_TIMES, DEFAULT_PIN_SUBJECTS, DEFAULT_PIN_LARGEST_SHARE]
    with connection.cursor() as cursor:
        cursor.execute(_SPOTS, values)
        found = cursor.fetchall()
        spots = [[row[0] for row in found], [row[1] for row in found]]
        cursor.execute(f"UPDATE issues_issue SET default_pin = TRUE WHERE NOT default_pin AND {_ON_A_PIN}", spots)
        cursor.execute(f"UPDATE issues_issue SET default_pin = FALSE WHERE default_pin AND NOT {_ON_A_PIN}", spots)
    return [DefaultPin(lng / 1e5, lat / 1e5, int(n), int(subjects)) for lng, lat, n, subjects in found]


_PINS = pa.schema(
    [
        ("id", pa.int64()),
        ("category_id", pa.int64()),
        ("lng", pa.float64()),
        ("lat", pa.float64()),
        ("opened", pa.int64()),
        ("closed", pa.int64()),
        ("parent", pa.int64()),
        ("marked", pa.bool_()),
        ("alone", pa.bool_()),
        ("incident", pa.int64()),
    ]
)

# A person's word wins over the source's mark. Those put together with one that is hidden now stay together by
# themselves: their first stands in for it.
_READ = """
WITH placed AS (
    SELECT t.issue_id,
           CASE WHEN f.hidden THEN nullif(first_value(t.issue_id) OVER (
               PARTITION BY t.founder_id
               ORDER BY m.hidden, m.opened_at, m.source COLLATE "C", m.external_id COLLATE "C"
           ), t.issue_id) ELSE t.founder_id END AS founder_id
    FROM issues_placedtogether t
    JOIN issues_issue m ON m.id = t.issue_id
    LEFT JOIN issues_issue f ON f.id = t.founder_id
    WHERE t.ended_at IS NULL
)
SELECT i.id, i.category_id, ST_X(i.point), ST_Y(i.point),
       (extract(epoch FROM i.opened_at) * 1000000)::bigint, (extract(epoch FROM i.closed_at) * 1000000)::bigint,
       CASE WHEN w.issue_id IS NULL THEN p.id WHEN NOT i.hidden THEN w.founder_id END, i.marked_duplicate,
       i.default_pin OR i.hidden OR i.precision <> 'point' OR w.issue_id IS NOT NULL, i.incident_id
FROM issues_issue i
LEFT JOIN placed w ON w.issue_id = i.id
LEFT JOIN issues_issue p ON i.duplicate_of <> '' AND p.source = i.source AND p.external_id = i.duplicate_of
    AND NOT (i.hidden OR p.hidden OR p.default_pin)
ORDER BY i.opened_at, i.source COLLATE "C", i.external_id COLLATE "C"
"""


@dataclass(frozen=True)
class Relinked:
    """What rebuilding the incidents did."""

    issues: int
    incidents: int
    changed: int


@transaction.atomic
def relink() -> Relinked:
    """Rebuild every incident from the issues; rows that stay as they are are not written."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE issues_incident IN SHARE ROW EXCLUSIVE MODE")
    rows = copy_out(_READ, [], _PINS)
    if not rows.num_rows:
        return Relinked(0, 0, 0)
    ids = rows["id"].to_numpy()
    first = ids[_first_rows(rows, ids)]
    held = rows["incident"].fill_null(0).to_numpy()
    changed = first != held
    founders, members = np.unique(first, return_counts=True)
    _write(ids[changed], first[changed], founders, members)
    return Relinked(len(ids), len(founders), int(changed.sum()))


def _first_rows(rows: pa.Table, ids: np.ndarray) -> np.ndarray:
    categories = list(Category.objects.order_by("pk").values_list("pk", "incident_radius_m", "incident_days"))
    keys = np.array([c[0] for c in categories], np.int64)
    x, y = to_metric(rows["lng"].to_numpy(), rows["lat"].to_numpy(), settings.CITY.metric_crs)
    order = np.argsort(ids)
    parents = rows["parent"].fill_null(0).to_numpy()
    parent = np.where(parents > 0, order[np.searchsorted(ids[order], parents) % len(ids)], -1)
    pins = Pins(
        category=np.searchsorted(keys, rows["category_id"].to_numpy()),
        x=x,
        y=y,
        opened=rows["opened"].to_numpy(),
        closed=rows["closed"].fill_null(int(microseconds(["NaT"])[0])).to_numpy(),
        parent=parent,
        marked=rows["marked"].to_numpy(zero_copy_only=False),
        alone=rows["alone"].to_numpy(zero_copy_only=False),
    )
    return first_issues(
        pins, np.array([c[1] for c in categories], float), np.array([c[2] for c in categories], np.int64)
    )


def _write(issues: np.ndarray, first: np.ndarray, founders: np.ndarray, members: np.ndarray) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE wanted_incident (first_issue_id bigint, issues int) ON COMMIT DROP")
        cursor.execute("CREATE TEMP TABLE wanted_link (id bigint, incident_id bigint) ON COMMIT DROP")
        copy_in("wanted_incident", pa.table({"first_issue_id": founders, "issues": members}))
        copy_in("wanted_link", pa.table({"id": issues, "incident_id": first}))
        cursor.execute("ANALYZE wanted_incident, wanted_link")
        cursor.execute(
            """
            INSERT INTO issues_incident (first_issue_id, issues) SELECT first_issue_id, issues FROM wanted_incident
            ON CONFLICT (first_issue_id) DO UPDATE SET issues = excluded.issues
            WHERE issues_incident.issues <> excluded.issues
            """
        )
        cursor.execute("UPDATE issues_issue i SET incident_id = w.incident_id FROM wanted_link w WHERE i.id = w.id")
        cursor.execute(
            "DELETE FROM issues_incident i WHERE NOT EXISTS "
            "(SELECT 1 FROM wanted_incident w WHERE w.first_issue_id = i.first_issue_id)"
        )
        cursor.execute("DROP TABLE wanted_incident, wanted_link")


_PLACED = pa.schema(
    [
        ("id", pa.int64()),
        ("lng", pa.float64()),
        ("lat", pa.float64()),
        ("day", pa.date32()),
        ("sensitive", pa.bool_()),
    ]
)


@transaction.atomic
def relocate(since: BoundarySet | None = None) -> int:
    """Place issues again by the sets now loaded; gives how many changed place.

    With a boundary set only voices dated on or after its valid-from are touched (for the layer's first set, all).
    """
    days = "TRUE" if since is None or not _earlier_than(since) else "i.opened_on >= %s"
    values = [since.valid_from] if since is not None and days != "TRUE" else []
    sql = (
        "SELECT i.id, ST_X(i.point), ST_Y(i.point), i.opened_on, c.sensitive FROM issues_issue i "
        f"JOIN neighborhoods_category c ON c.id = i.category_id WHERE {days} ORDER BY i.id"
    )
    rows = copy_out(sql, values, _PLACED)
    if not rows.num_rows:
        return 0
    held, lng, lat, day = locator(), rows["lng"].to_numpy(), rows["lat"].to_numpy(), rows["day"].to_numpy()
    places = held.places(lng, lat, day)
    sensitive = rows["sensitive"].to_numpy(zero_copy_only=False)
    public_lng, public_lat = public_points(lng, lat, sensitive, places, day, held)
    wanted = pa.table(
        {
            "id": rows["id"],
            "neighborhood_id": pa.array(places.neighborhood, mask=places.neighborhood == 0),
            "place_state": pa.array(places.state, pa.string()),
            "backdated": places.backdated,
            "lng": public_lng,
            "lat": public_lat,
        }
    )
    return _place(wanted)


def _place(wanted: pa.Table) -> int:
    """Give issues their wanted places; rows that stay as they are are not written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE wanted_place (id bigint, neighborhood_id bigint, place_state text, backdated bool, "
            "lng float8, lat float8) ON COMMIT DROP"
        )
        copy_in("wanted_place", wanted)
        cursor.execute(
            "UPDATE issues_issue i SET neighborhood_id = w.neighborhood_id, place_state = w.place_state, "
            "backdated = w.backdated, public_point = ST_SetSRID(ST_MakePoint(w.lng, w.lat), 4326) FROM wanted_place w "
            "WHERE i.id = w.id AND (i.neighborhood_id, i.place_state, i.backdated, ST_X(i.public_point), "
            "ST_Y(i.public_point)) IS DISTINCT FROM (w.neighborhood_id, w.place_state, w.backdated, w.lng, w.lat)"
        )
        changed = cursor.rowcount
        cursor.execute("DROP TABLE wanted_place")
    return changed


def _earlier_than(boundary_set: BoundarySet) -> bool:
    return BoundarySet.objects.of_layer(boundary_set.layer).filter(valid_from__lt=boundary_set.valid_from).exists()
