"""The model that suggests subjects: kept as plain numbers beside the database, read once, and never in the way."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from analytics.methods.grams import Features, Model, Suggested
from analytics.methods.grams import suggest as suggested_by

LAYOUT = 1
MOST_BYTES = 5_000_000

_ABOUT = "model.json"
_SCALARS = ("slope", "shift", "threshold")

logger = logging.getLogger(__name__)

Stamp = tuple[int, int, int]


class BrokenModelError(ValueError):
    """What is kept is not a whole model; the message says what is wrong with it."""


def suggest(text: str) -> Suggested | None:
    """The subject a text seems to be about; nothing where the model is not sure, not there or broken.

    A report waits for nothing that goes wrong here: each kind of failure is logged once, and never the text.
    """
    try:
        model = _current(folder())
        return suggested_by(model, text) if model else None
    except Exception as problem:
        _tell_once(type(problem).__name__)
        return None


def folder() -> Path:
    return Path(settings.STATE_DIR) / "suggestions"


def keep(where: Path, model: Model | None, about: Mapping[str, Any]) -> None:
    """Put a model in the place of the one before, at one stroke; no model: nothing is suggested from now on.

    `about` is kept beside it. Raises BrokenModelError where the model would be larger than MOST_BYTES.
    """
    where.mkdir(parents=True, exist_ok=True)
    held: dict[str, Any] = {"layout": LAYOUT, "file": "", "sha256": "", "about": dict(about)}
    if model is not None:
        body = packed(model)
        if len(body) > MOST_BYTES:
            raise BrokenModelError(f"the model takes {len(body):,} bytes, more than {MOST_BYTES:,}")
        held["sha256"] = hashlib.sha256(body).hexdigest()
        held["file"] = f"{held['sha256'][:16]}.npz"
        _write(where / held["file"], body)
    _write(where / _ABOUT, json.dumps(held, ensure_ascii=False, indent=1).encode())
    for old in where.glob("*.npz"):
        if old.name != held["file"]:
            old.unlink(missing_ok=True)


def kept(where: Path) -> Mapping[str, Any]:
    """What is kept about the model; empty where none was trained or it cannot be read."""
    try:
        about = _about(where)["about"]
    except (BrokenModelError, OSError):
        return {}
    return about if isinstance(about, dict) else {}


def load(where: Path) -> Model | None:
    """The model kept, whole; nothing where it was found that none should speak.

    Raises OSError where it is not there, BrokenModelError where it is not what was written.
    """
    held = _about(where)
    if held["file"] == "":
        return None
    body = (where / Path(str(held["file"])).name).read_bytes()
    if hashlib.sha256(body).hexdigest() != held["sha256"]:
        raise BrokenModelError(f"{held['file']} is not the file that was written")
    return unpacked(body)


def packed(model: Model) -> bytes:
    """A model as the bytes of an .npz file: numbers only, nothing that runs."""
    texts = {"labels": model.labels, "features": model.features.names}
    arrays = {name: np.frombuffer("\n".join(lines).encode(), np.uint8) for name, lines in texts.items()}
    arrays |= {"idf": model.features.idf, "weights": model.weights.astype(np.float16), "bias": model.bias}
    arrays |= {name: np.array(getattr(model, name), np.float64) for name in _SCALARS}
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def unpacked(body: bytes) -> Model:
    """The model of such bytes. Raises BrokenModelError."""
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as held:
            labels, names = (tuple(bytes(held[n]).decode().split("\n")) for n in ("labels", "features"))
            weights, idf, bias = (held[n].astype(np.float32) for n in ("weights", "idf", "bias"))
            slope, shift, threshold = (float(held[n]) for n in _SCALARS)
            return Model(labels, Features(names, idf), weights, bias, slope, shift, threshold)
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError) as problem:
        raise BrokenModelError(f"cannot be read as a model: {problem}") from None


def _about(where: Path) -> dict[str, Any]:
    try:
        held = json.loads((where / _ABOUT).read_bytes())
    except ValueError as problem:
        raise BrokenModelError(f"{_ABOUT} is not JSON: {problem}") from None
    if not isinstance(held, dict) or not {"layout", "file", "sha256", "about"} <= held.keys():
        raise BrokenModelError(f"{_ABOUT} lacks what it should hold")
    if held["layout"] != LAYOUT:
        raise BrokenModelError(f"{_ABOUT} is of layout {held['layout']}, not {LAYOUT}; train again")
    return held


def _write(path: Path, body: bytes) -> None:
    """A file whole or not at all: a reader sees the old one or the new one."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(body)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _current(where: Path) -> Model | None:
    """The model as it stands, read anew only when another has been kept."""
    try:
        stat = (where / _ABOUT).stat()
    except FileNotFoundError:
        return None
    return _loaded(where, (stat.st_mtime_ns, stat.st_size, stat.st_ino))


@lru_cache(maxsize=2)
def _loaded(where: Path, stamp: Stamp) -> Model | None:
    try:
        return load(where)
    except (OSError, BrokenModelError) as problem:
        logger.warning("No subjects are suggested: %s", problem)
        return None


@lru_cache(maxsize=16)
def _tell_once(kind: str) -> None:
    logger.error("No subject was suggested: %s", kind)
