"""Which code made a number."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

VERSION = "0.1.0"


@cache
def code_version() -> str:
    """The release, and a digest of the source of everything between the rows and the findings."""
    root = Path(__file__).resolve().parent.parent
    sha = hashlib.sha256()
    for path in sorted([*root.glob("geo/*.py"), *root.glob("analytics/**/*.py"), root / "issues" / "linking.py"]):
        if "migrations" not in path.parts:
            sha.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return f"{VERSION}+{sha.hexdigest()[:12]}"
