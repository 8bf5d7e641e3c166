"""Sources of issues as data: one small file per source says how its rows become ours. Pure: no database, no web.

The file format is described in issues/mappings/file.py; known sources lie in fixtures/mappings.
"""

from issues.mappings.apply import Mapped, apply, check_columns
from issues.mappings.file import Mapping, MappingError, load_mapping

__all__ = ["Mapped", "Mapping", "MappingError", "apply", "check_columns", "load_mapping"]
