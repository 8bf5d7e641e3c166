"""Memory and time of processes, as the kernel counts them (Linux)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

_MB = 1024


def _kilobytes(pid: int, file: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/{file}").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


def shared_fairly_mb(pids: Iterable[int]) -> float:
    """What processes hold together, a page that several share counted once (PSS)."""
    return sum(_kilobytes(pid, "smaps_rollup", "Pss") for pid in pids) / _MB


def now_mb(pid: int) -> float:
    """What a process holds now (RSS); its peak begins anew from here."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")
    return _kilobytes(pid, "status", "VmRSS") / _MB


def peak_mb(pid: int) -> float:
    """The most it held since `now_mb` was asked."""
    return _kilobytes(pid, "status", "VmHWM") / _MB


def processor_s(pids: Iterable[int]) -> float:
    """The seconds that processes have used a processor."""
    ticks = 0
    for pid in pids:
        of_it = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(of_it[11]) + int(of_it[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def apart(work: Callable[[], Any]) -> list[str]:
    """Run work in a process of its own; gives what it returns, as text by words. Raises RuntimeError where it fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.write(writing, " ".join(map(str, work())).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as said:
        words = said.read().split()
    if os.waitpid(child, 0)[1]:
        raise RuntimeError("the process ended badly; what it said is above")
    return words
