"""Words of issues as a search sees them: folded as everywhere else."""

from __future__ import annotations

from geo.words import folded

__all__ = ["folded"]
