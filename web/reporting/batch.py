"""Many reports into one folder: only what is not there yet, on two cores, with an index for people and programs."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django
from django.template.loader import render_to_string
from django.utils import translation

from analytics.results import ListeningReport, Period, from_json
from web.reporting.files import write_whole
from web.reporting.formats import FORMATS, render, rendering_digest
from web.reporting.html import screen_styles
from web.reporting.numbers import span, whole
from web.reporting.sentences import rank_span

INDEX = "reports.json"

# Fewer files than this are written sooner than a second process starts.
_WORTH_A_PROCESS = 12


@dataclass(frozen=True)
class Wanted:
    """One report as frozen, and the file it goes into."""

    name: str
    slug: str
    fmt: str
    language: str
    report: str
    digest: str

    @property
    def key(self) -> str:
        """What its bytes hang on: the report, all that renders it, and the language."""
        return f"{self.digest}:{rendering_digest()}:{self.language if FORMATS[self.fmt].in_words else ''}"


@dataclass(frozen=True)
class Written:
    """How far a batch is: files written of those to write."""

    done: int
    total: int


def file_name(slug: str, fmt: str, language: str, first_language: str) -> str:
    """fabric.pdf; in another language than the city's first, where it has words at all, fabric.en.pdf."""
    plain = language == first_language or not FORMATS[fmt].in_words
    return f"{slug}.{fmt}" if plain else f"{slug}.{language}.{fmt}"


def write_batch(
    folder: Path,
    wanted: Sequence[Wanted],
    *,
    language: str,
    city: str,
    whole_city: bool,
    progress: Callable[[Written], None],
) -> tuple[int, int]:
    """Write what is not in the folder yet, and the index; gives how many were written and how many were there.

    A file counts as there when the index names the same report, rendering and language for it and its bytes are
    still the ones written then. With `whole_city` the index forgets areas that are no longer wanted.
    """
    folder.mkdir(parents=True, exist_ok=True)
    index = _read_index(folder)
    missing = [w for w in wanted if not _there(folder, index["files"].get(w.name), w)]
    for done, (name, sha) in enumerate(_all_written(folder, missing), start=1):
        index["files"][name] = {"sha256": sha}
        progress(Written(done, len(missing)))
    for w in wanted:
        index["files"][w.name] |= {"key": w.key, "slug": w.slug, "format": w.fmt, "language": w.language}
        index["areas"][w.slug] = _area(w.report)
    if whole_city:
        slugs = {w.slug for w in wanted}
        index["areas"] = {slug: area for slug, area in index["areas"].items() if slug in slugs}
        index["files"] = {name: entry for name, entry in index["files"].items() if entry["slug"] in slugs}
    _write_index(folder, index, language, city)
    return len(missing), len(wanted) - len(missing)


def _read_index(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / INDEX
    if not path.exists():
        return {"files": {}, "areas": {}}
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
        return {"files": dict(index["files"]), "areas": dict(index["areas"])}
    except (ValueError, KeyError, TypeError):  # cut short or not ours: all is written again
        return {"files": {}, "areas": {}}


def _there(folder: Path, entry: dict[str, str] | None, wanted: Wanted) -> bool:
    path = folder / wanted.name
    if entry is None or entry.get("key") != wanted.key or not path.exists():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"]


def _all_written(folder: Path, missing: Sequence[Wanted]) -> Iterator[tuple[str, str]]:
    """Reports are rendered from their JSON alone, so that a second process needs no database."""
    if len(missing) < _WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        yield from (_write(folder, w) for w in missing)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context, initializer=django.setup) as pool:
        waiting = [pool.submit(_write, folder, w) for w in missing]
        yield from (future.result() for future in as_completed(waiting))


def _write(folder: Path, wanted: Wanted) -> tuple[str, str]:
    data = render(from_json(ListeningReport, wanted.report), wanted.fmt, wanted.language)
    write_whole(folder / wanted.name, data)
    return wanted.name, hashlib.sha256(data).hexdigest()


def _area(text: str) -> dict[str, Any]:
    """What the index says of an area, so that it can be written again without the database."""
    report = from_json(ListeningReport, text)
    ranking = report.ranking
    return {
        "name": report.name,
        "since": report.period.since,
        "until": report.period.until,
        "problems": report.incidents,
        "rank": [ranking.rank_low, ranking.rank_high, ranking.of] if ranking else None,
        "synthetic": report.synthetic,
        "approximate": report.boundary.approximate,
    }


def _write_index(folder: Path, index: dict[str, Any], language: str, city: str) -> None:
    """The index twice: for programs (and for the next run), and as a page."""
    text = json.dumps(index, sort_keys=True, indent=1, ensure_ascii=False)
    write_whole(folder / INDEX, f"{text}\n".encode())
    with translation.override(language):
        areas = sorted(index["areas"].items(), key=lambda item: (item[1]["name"], item[0]))
        periods = sorted({(area["since"], area["until"]) for _, area in areas})
        values = {
            "language": language,
            "city": city,
            "styles": screen_styles(),
            "period": ", ".join(span(Period(*p)) for p in periods),
            "synthetic": any(area["synthetic"] for _, area in areas),
            "approximate": any(area["approximate"] for _, area in areas),
            "rows": [_row(slug, area, index["files"]) for slug, area in areas],
        }
        write_whole(folder / "index.html", render_to_string("listening/index.html", values).encode())


def _row(slug: str, area: dict[str, Any], files: dict[str, dict[str, str]]) -> dict[str, Any]:
    own = sorted(
        (e["language"], list(FORMATS).index(e["format"]), name) for name, e in files.items() if e["slug"] == slug
    )
    many = len({language for language, _, _ in own}) > 1
    return {
        "name": area["name"],
        "problems": whole(area["problems"]),
        "rank": rank_span(*area["rank"]) if area["rank"] else "–",
        "files": [
            (f"{name.rsplit('.', 1)[1].upper()}{f' ({language})' if many else ''}", name) for language, _, name in own
        ],
    }
