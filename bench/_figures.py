"""What every bench prints: a table for people, whether each aim is met, and one JSON line for machines."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field


@dataclass
class Figures:
    """Figures in the order they were taken."""

    name: str
    rows: list[tuple[str, float, str, str, bool | None]] = field(default_factory=list)

    def take(
        self, what: str, value: float, unit: str = "", *, at_most: float | None = None, at_least: float | None = None
    ) -> float:
        """Note a figure; with an aim (one of the two), say whether it is met."""
        value = float(value)  # NumPy numbers do not go into JSON
        met, aim = None, ""
        if at_most is not None:
            met, aim = value <= at_most, f"at most {at_most:g}"
        elif at_least is not None:
            met, aim = value >= at_least, f"at least {at_least:g}"
        self.rows.append((what, value, unit, aim, met))
        mark = {None: "", True: "met", False: "NOT MET"}[met]
        print(f"{what:<58}{value:>14,.3f} {unit:<8}{aim:<16}{mark}", flush=True)
        return value

    def finish(self) -> None:
        """Print the JSON line and leave with status 1 where an aim is not met."""
        missed = [what for what, *_rest, met in self.rows if met is False]
        print(f"{self.name}: {'every aim is met' if not missed else 'not met: ' + '; '.join(missed)}")
        figures = {what: {"value": v, "unit": u, "aim": a, "met": m} for what, v, u, a, m in self.rows}
        print(json.dumps({"bench": self.name, "figures": figures}, ensure_ascii=False), flush=True)
        sys.exit(1 if missed else 0)
