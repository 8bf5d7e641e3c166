from __future__ import annotations

from typing import Any

from analytics.methods.suggestion import Measured
from analytics.training import Training, train
from neighborhoods.management.base import CityCommand


class Command(CityCommand):
    help = "Learn from the city's public texts to suggest a subject for a new report. The same texts: nothing to do."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("\n".join(told(train())))


def told(training: Training) -> list[str]:
    """What an operator should know after training."""
    measured = training.measured
    lines = [
        f"{'texts read':<44}{training.texts:>10,}",
        f"{'different texts':<44}{measured.n:>10,}",
        f"{'  held out and measured':<44}{measured.held_out:>10,}",
    ]
    if training.already:
        lines.insert(0, "The same texts as before: the model stays as it is.")
    if measured.held_out:
        lines.append(f"{'right, if it always spoke':<44}{measured.accuracy:>10.1%}")
    if measured.silent:
        return [*lines, f"It stays silent: {measured.silent}."]
    return lines + _spoken(measured)


def _spoken(measured: Measured) -> list[str]:
    lines = [
        f"{'speaks where it is as sure as':<44}{measured.threshold:>10.1%}",
        f"{'  about so many of the texts':<44}{measured.coverage:>10.1%}",
        f"{'  right in so many of these':<44}{measured.precision:>10.1%}  (95 %: at least {measured.low:.1%})",
        f"{'  and says it is sure of so many':<44}{measured.said:>10.1%}",
        f"{'subject':<32}{'held out':>10}{'suggested':>12}{'right':>10}",
    ]
    return lines + [
        f"  {row.label[:28]:<30}{row.n:>10,}{row.suggested:>12,}{row.right:>10,}" for row in measured.labels
    ]
