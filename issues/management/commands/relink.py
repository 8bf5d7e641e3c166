from __future__ import annotations

from typing import Any

from issues.relink import mark_default_pins, relink
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Rebuild incidents from all issues, by the radius and span of each category."

    def handle(self, *args: Any, **options: Any) -> None:
        for category in sorted(self.categories.values(), key=lambda c: c.position):
            self.stdout.write(f"{category.slug:<32}{category.incident_radius_m:>8g} m {category.incident_days:>6} days")
        pins = mark_default_pins()
        linked = relink()
        self.stdout.write(f"Default pins: {len(pins)}, which join an incident only by the source's own marker.")
        self.stdout.write(f"{linked.incidents} incidents from {linked.issues} issues; {linked.changed} issues moved.")
