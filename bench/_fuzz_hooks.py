"""What schemathesis is not to send: lines so long that the web server refuses them before the API is reached."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import schemathesis

# gunicorn answers longer ones itself, with 414.
LONGEST_QUERY = 3_500


@schemathesis.hook
def filter_query(context: Any, query: dict[str, Any] | None) -> bool:
    return len(quote("&".join(f"{name}={value}" for name, value in (query or {}).items()), safe="")) < LONGEST_QUERY
