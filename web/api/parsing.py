"""A JSON body, read strictly: within its size, in UTF-8, every name once, nothing that JSON has no word for."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest

from web.api.problems import RefusedError
from web.uploads import CutOffError, TooLargeError, body_of

MOST_BYTES = 256 * 1024
JSON = "application/json"


def object_of(request: HttpRequest) -> dict[str, Any]:
    """The one JSON object that a request brings. Raises RefusedError: 400, 413 or 415."""
    _check_headers(request)
    try:
        body = body_of(request, MOST_BYTES)
    except TooLargeError:
        raise RefusedError(413, f"A body may have {MOST_BYTES:,} bytes.") from None
    except CutOffError:
        raise RefusedError(400, "The body did not arrive whole.") from None
    try:
        given = _read(body)
        _check_signs(given, "")
    except RecursionError:
        raise RefusedError(400, "The body is nested too deeply.") from None
    if not isinstance(given, dict):
        raise RefusedError(400, "The body must be one JSON object.")
    return given


def _check_headers(request: HttpRequest) -> None:
    if request.content_type.partition(";")[0].strip().lower() != JSON:
        raise RefusedError(415, f"Send {JSON}.", headers={"Accept": JSON})
    if request.headers.get("Content-Encoding", "identity").strip().lower() not in {"identity", ""}:
        raise RefusedError(415, "Send the body as it is, not packed.", headers={"Accept-Encoding": "identity"})
    if (request.content_params or {}).get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise RefusedError(415, "Send the body in UTF-8.")


def _read(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise RefusedError(400, f"The body is not UTF-8: byte {problem.start} cannot be read.") from None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as problem:
        raise RefusedError(400, f"The body is not JSON: line {problem.lineno}, column {problem.colno}.") from None
    except ValueError:  # a number of more digits than Python reads
        raise RefusedError(400, "The body holds a number that is too long.") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise RefusedError(400, "A name stands twice.", fields={printable(name): "given twice"})
        found[name] = value
    return found


def _no_number(name: str) -> NoReturn:
    raise RefusedError(400, f"{name} is not JSON.")


def _check_signs(value: Any, field: str) -> None:
    """Refuse what no text has: NUL, and halves of surrogate pairs."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise RefusedError(400, "A text holds signs that no text has.", fields={field: "holds NUL or a surrogate"})
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_signs(name, printable(field or name))
            _check_signs(inner, field or printable(name))
    elif isinstance(value, list):
        for inner in value:
            _check_signs(inner, field)


def printable(name: str) -> str:
    """A name out of a request as an answer may repeat it: short, and of signs that can be written."""
    return "".join(sign if sign.isprintable() else "�" for sign in name[:60])
