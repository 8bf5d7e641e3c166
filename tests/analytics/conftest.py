import datetime as dt
import random

import pytest


@pytest.fixture
def small_city(db):
    """Three areas, two categories, three months, a few repeats; area Mehala has nobody in it."""
    # Asked for here, so that the pure tests of the methods run without Django.
    from tests.factories import instant, make_boundaries, make_exposure, make_issue

    make_boundaries(["Fabric", "Iosefin", "Mehala"], valid_from=dt.date(2020, 1, 1))
    make_exposure("population", {"fabric": 5000, "iosefin": 2500, "mehala": 0})
    rng = random.Random(4)
    for i in range(60):
        place, category = rng.choice(["fabric", "iosefin"]), rng.choice(["lighting", "roads"])
        opened = instant(2026, 1, 1) + dt.timedelta(days=rng.randrange(90))
        closed = opened + dt.timedelta(days=rng.randrange(1, 20)) if i % 4 else None
        make_issue(category, place=place, i=i, at=opened, closed=closed)
