"""What a what-if needs of a Run, packed: incidents by week, exposures, and how firmly rates are known beforehand."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from analytics.methods.checks import MethodError
from analytics.methods.cube import COUNTS
from analytics.methods.units import Texts
from analytics.methods.whatif import Ranks, Settings, Subject, Weekly, score, weekly_from
from analytics.stages.city import City

VERSION = 1
# Zip files date their members; one date for all keeps equal contents equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_SMALLEST = ("<u1", "<u2", "<u4", "<u8")
# What zip, npy and JSON readers raise over bytes that are not what they look like.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    LookupError,
    TypeError,
    ValueError,
    OverflowError,
    AttributeError,
)

Column = npt.NDArray[Any]


class DamagedCountsError(ValueError):
    """Packed weekly counts that cannot be read; the message says why."""


@dataclass(frozen=True, eq=False)
class Kept:
    """One set of n units (`res` None: areas), ready for whatif.score and whatif.what_if.

    `ids`, `names` n texts; `subjects` c open categories by slug, with the exposure they are divided by, and `wanted`
    the kinds they would be divided by if all were loaded. `standing`: the ranks with nothing turned.
    """

    res: int | None
    ids: Texts
    names: Texts
    subjects: tuple[Subject, ...]
    wanted: tuple[str, ...]
    week: Weekly
    standing: Ranks

    @property
    def weeks(self) -> int:
        """How many full weeks are counted; 0 where the data hold none."""
        return int(self.week.weeks.shape[1])


def pack(city: City, res: int | None, weeks: int) -> bytes:
    """The newest full `weeks` of one set of units of a city as a .npz file; equal cities give equal bytes.

    Give those of the period analysed, so that with nothing turned the order is the one published. Raises MethodError
    for more than were counted.
    """
    if not 0 <= weeks <= city.weeks:
        raise MethodError(f"weeks: {weeks} asked for, {city.weeks} counted")
    units = city.set_of(res)
    rows = city.cube.sums[COUNTS]
    rows = rows.where(np.asarray(rows.keys["week"], np.int64) < weeks)
    at = city.position(units, rows)
    held = at >= 0
    columns = {
        "category": rows.keys["category"][held],
        "unit": at[held],
        "week": rows.keys["week"][held],
        "incidents": rows.values["incidents"][held],
    }
    shape = len(city.categories), len(units.ids), weeks
    week = weekly_from(columns, shape, units.exposure, least_exposure=city.parameters.least_exposure)
    header = {
        "version": VERSION,
        "res": res,
        "shape": shape,
        "ids": units.ids.tolist(),
        "names": None if (units.names == units.ids).all() else units.names.tolist(),
        "slugs": [c.slug for c in city.categories],
        "severity": [c.severity for c in city.categories],
        "used": [units.kind_used(c.exposure) for c in city.categories],
        "wanted": [c.exposure for c in city.categories],
        "kinds": list(week.exposure),
    }
    return _zipped({"header": _text(header), **_columns(week)})


def unpack(data: bytes) -> Kept:
    """What `pack` put in, with the standing ranks. Raises DamagedCountsError for anything else."""
    try:
        columns = _unzipped(data)
        header = json.loads(columns["header"].tobytes())
        if header["version"] != VERSION:
            raise DamagedCountsError(f"weekly counts: version {header['version']}, {VERSION} wanted")
        return _kept(header, columns)
    except DamagedCountsError:
        raise
    except _BROKEN as problem:
        raise DamagedCountsError(f"weekly counts: {type(problem).__name__}: {problem}") from None


def _kept(header: Mapping[str, Any], columns: Mapping[str, Column]) -> Kept:
    c, n, m = header["shape"]
    each = zip(header["slugs"], header["used"], header["severity"], strict=True)
    subjects = tuple(Subject(slug, used, float(severity)) for slug, used, severity in each)
    ids = np.array(header["ids"], object)
    names = ids if header["names"] is None else np.array(header["names"], object)
    filled, weeks, incidents = (columns[name] for name in ("filled", "weeks", "incidents"))
    pointer = np.concatenate([[0], np.cumsum(filled, dtype=np.int64)])
    kinds, exposure, firmness = header["kinds"], columns["exposure"], columns["firmness"]
    shapes = filled.shape, exposure.shape, firmness.shape, (len(ids), len(names)), len(weeks), len(incidents)
    ends = (c * n,), (len(kinds), n), (len(kinds), c), (n, n), pointer[-1], pointer[-1]
    if shapes != ends or int(weeks.max(initial=0)) >= max(m, 1):
        raise DamagedCountsError("weekly counts: the columns do not match")
    table = sparse.csr_matrix((incidents.astype(np.float64), weeks.astype(np.int32), pointer), shape=(c * n, m))
    total = np.asarray(table.sum(axis=1)).reshape(c, n).astype(np.int64)
    week = Weekly(
        table,
        total,
        dict(zip(kinds, exposure, strict=True)),
        dict(zip(kinds, firmness, strict=True)),
    )
    return Kept(
        res=header["res"],
        ids=ids,
        names=names,
        subjects=subjects,
        wanted=tuple(header["wanted"]),
        week=week,
        standing=score(week, subjects, Settings()).ranks,
    )


def _columns(week: Weekly) -> dict[str, Column]:
    """By (category, unit) row: how many weeks hold anything, then week by week which and how many incidents."""
    shape = len(week.exposure), *week.total.shape
    return {
        "filled": _small(np.diff(week.weeks.indptr)),
        "weeks": _small(week.weeks.indices),
        "incidents": _small(week.weeks.data.astype(np.int64)),
        "exposure": np.array(list(week.exposure.values()), "<f8").reshape(shape[0], shape[2]),
        "firmness": np.array(list(week.firmness.values()), "<f8").reshape(shape[0], shape[1]),
    }


def _small(values: Column) -> Column:
    """Whole numbers of zero or more in as few bytes as hold them."""
    most = int(values.max(initial=0))
    return values.astype(next(kind for kind in _SMALLEST if most <= np.iinfo(kind).max))


def _text(header: Mapping[str, Any]) -> Column:
    text = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return np.frombuffer(text.encode(), "<u1")


def _zipped(columns: Mapping[str, Column]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, column in columns.items():
            member, inside = zipfile.ZipInfo(f"{name}.npy", _DATE), io.BytesIO()
            np.lib.format.write_array(inside, np.ascontiguousarray(column), allow_pickle=False)
            member.compress_type = zipfile.ZIP_DEFLATED
            file.writestr(member, inside.getvalue(), compresslevel=6)
    return out.getvalue()


def _unzipped(data: bytes) -> dict[str, Column]:
    """Every column of a .npz file; its checksums are looked at before anything else."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        read = {name.removesuffix(".npy"): io.BytesIO(file.read(name)) for name in file.namelist()}
    return {name: np.lib.format.read_array(inside, allow_pickle=False) for name, inside in read.items()}
