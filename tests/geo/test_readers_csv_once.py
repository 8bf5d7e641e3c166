"""Every record of a CSV is in the frame or among the broken, once, under its own number."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from geo.readers import read_chunks

CELL = st.text("ab é,;\"\n'", max_size=6)
GOOD = st.tuples(CELL, CELL)
BROKEN = st.sampled_from([b"one cell", b"a,b,c", b"\xff,x", b"\xe9"])


def written(cells):
    return ",".join('"' + c.replace('"', '""') + '"' for c in cells).encode()


@given(st.lists(st.one_of(GOOD, BROKEN), max_size=30), st.integers(1, 9))
def test_each_row_once(rows, size):
    lines = [r if isinstance(r, bytes) else written(r) for r in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pins.csv"
        path.write_bytes(b"\n".join([b"left,right", *lines]) + b"\n")
        chunks = list(read_chunks(path, chunk_rows=size))
    kept = {int(n): tuple(cells) for c in chunks for n, cells in zip(c.frame.index, c.frame.to_numpy(), strict=True)}
    broken = {b.row for c in chunks for b in c.broken}
    assert kept == {i: r for i, r in enumerate(rows, 1) if not isinstance(r, bytes)}
    assert broken == {i for i, r in enumerate(rows, 1) if isinstance(r, bytes)}
