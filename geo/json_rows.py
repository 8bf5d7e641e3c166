"""Records of JSON, newline JSON and GeoJSON as text columns."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from geo.chunks import CHUNK_ROWS, UNREADABLE_ROW, BrokenRow, Chunk, ReadError, frame_of, opened, wanted

# A JSON document has to be held whole; above this a file should come as newline JSON or CSV, which stream.
LARGEST_BYTES = 300_000_000

Row = tuple[int, dict[str, str | None] | None, str]


def json_chunks(
    path: Path, chunk_rows: int = CHUNK_ROWS, columns: Iterable[str] | None = None, records: str = ""
) -> Iterator[Chunk]:
    """Read a JSON list of objects, an object that holds one such list, a GeoJSON collection, or newline JSON.

    Nested keys are joined with dots; lists inside a record stay JSON text; records nested in sub-lists are taken out.
    Features give their properties, lng and lat (points only) and id. `records` is the dotted key of the list where
    an object holds several. A record that is no object comes back as broken. Raises ReadError for what is no JSON.
    """
    total = opened(path)
    if path.suffix.lower() in (".jsonl", ".ndjson", ".geojsonl") or _is_lines(path):
        yield from _chunks(_lines(path), chunk_rows, columns, total)
        return
    if total > LARGEST_BYTES:
        raise ReadError(f"{path}: {total:,} bytes of JSON in one piece; give it as newline JSON or CSV")
    found = _records(path, _load(path), records)
    rows = [(i, *_row(record)) for i, record in enumerate(found, 1)]
    # one set of columns for the whole file: what no record of a chunk names is missing there, not unknown
    names = list(dict.fromkeys(key for _, flat, _ in rows for key in flat or ()))
    yield from _chunks(((0, row) for row in rows), chunk_rows, columns, total, names, len(rows))


def _load(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise ReadError(f"{path}: not UTF-8 at byte {problem.start}") from None
    except json.JSONDecodeError as problem:
        raise ReadError(f"{path}: no JSON at line {problem.lineno}, column {problem.colno}: {problem.msg}") from None
    except RecursionError:
        raise ReadError(f"{path}: nested too deeply") from None


def _is_lines(path: Path) -> bool:
    """Whether the first line is a whole object and a second one follows."""
    with path.open("rb") as file:
        lines = (line.removeprefix(codecs.BOM_UTF8).strip() for line in iter(lambda: file.readline(1 << 20), b""))
        first, second = [*islice(filter(None, lines), 2), b"", b""][:2]
    if not (first.startswith(b"{") and second.startswith(b"{")):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _lines(path: Path) -> Iterator[tuple[int, Row]]:
    done = number = 0
    with path.open("rb") as file:
        for line in file:
            done += len(line)
            if not line.strip():
                continue
            number += 1
            try:
                record = json.loads(line.decode("utf-8-sig"))
            except (ValueError, RecursionError):
                yield done, (number, None, line.decode("utf-8", "backslashreplace").strip())
                continue
            yield done, (number, *_row(record))


def _records(path: Path, document: Any, records: str) -> list[Any]:
    for key in records.split(".") if records else ():
        if not isinstance(document, dict) or key not in document:
            raise ReadError(f"{path}: no key {records}")
        document = document[key]
    if isinstance(document, dict):
        document = document[_list_key(path, document)]
    if not isinstance(document, list):
        raise ReadError(f"{path}: neither a list of records nor an object that holds one")
    return list(_unnested(document))


def _list_key(path: Path, document: dict[str, Any]) -> str:
    if document.get("type") == "FeatureCollection":
        return "features"
    lists = [k for k, v in document.items() if isinstance(v, list)]
    full = [k for k in lists if any(isinstance(r, dict | list) for r in document[k])] or lists
    if len(full) != 1:
        told = f"several lists of records ({', '.join(full)}); name one" if full else "no list of records"
        raise ReadError(f"{path}: the object holds {told}")
    return full[0]


def _unnested(items: list[Any]) -> Iterator[Any]:
    """Records of a list; those of lists inside it are taken out in place (some feeds nest records of one place)."""
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, list):
                stack.append(iter(item))
                break
            yield item
        else:
            stack.pop()


def _row(record: Any) -> tuple[dict[str, str | None] | None, str]:
    if not isinstance(record, dict):
        return None, json.dumps(record, ensure_ascii=False)
    flat: dict[str, str | None] = {}
    if record.get("type") == "Feature":
        if record.get("id") is not None:
            flat["id"] = _text(record["id"])
        _flatten(record.get("properties") or {}, "", flat)
        flat.update(_place(record.get("geometry")))
    else:
        _flatten(record, "", flat)
    return flat, ""


def _place(geometry: Any) -> dict[str, str | None]:
    point = geometry.get("coordinates") if isinstance(geometry, dict) and geometry.get("type") == "Point" else None
    lng, lat = point[:2] if isinstance(point, list) and len(point) >= 2 else (None, None)
    return {"lng": _text(lng), "lat": _text(lat)}


def _flatten(record: Any, prefix: str, into: dict[str, str | None]) -> None:
    if not isinstance(record, dict):
        into[prefix.rstrip(".") or "value"] = _text(record)
        return
    for key, value in record.items():
        if isinstance(value, dict):
            _flatten(value, f"{prefix}{key}.", into)
        else:
            into[_storable(prefix + key)] = _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else _storable(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return _storable(json.dumps(value, ensure_ascii=False))


def _storable(text: str) -> str:
    """Text without half characters: JSON can spell a lone surrogate, no file or database can hold one."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _chunks(
    rows: Iterable[tuple[int, Row]],
    size: int,
    columns: Iterable[str] | None,
    total: int,
    names: list[str] | None = None,
    count: int = 0,
) -> Iterator[Chunk]:
    held: list[Row] = []
    asked = None if columns is None else list(columns)
    for seen, (bytes_done, row) in enumerate(rows, 1):
        held.append(row)
        done = bytes_done or int(total * seen / count)
        if len(held) == size:
            yield _chunk(held, names, asked, done, total)
            held = []
    if held:
        yield _chunk(held, names, asked, total, total)


def _chunk(held: list[Row], names: list[str] | None, columns: list[str] | None, done: int, total: int) -> Chunk:
    good = [(number, flat) for number, flat, _ in held if flat is not None]
    broken = tuple(
        BrokenRow(number, UNREADABLE_ROW, raw, "not a JSON object") for number, flat, raw in held if flat is None
    )
    known = names if names is not None else list(dict.fromkeys(key for _, flat in good for key in flat))
    frame = frame_of({n: [flat.get(n) for _, flat in good] for n in wanted(known, columns)}, [n for n, _ in good])
    return Chunk(frame, broken, held[0][0], done, total)
