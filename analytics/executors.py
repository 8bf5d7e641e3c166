"""Where the counting pass runs: in this process or on a cluster of dask.distributed, with the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from analytics.methods.cube import Chunk, Cube, Plan, count, merge

_ADDRESS = re.compile(r"(tcp|tls|ucx)://[^/\s]+:\d+")


class NoClusterError(RuntimeError):
    """The scheduler asked for cannot be reached or was lost; the message names it."""


class Executor(Protocol):
    """Counts the chunks of a pass and adds them up."""

    def total(self, chunks: Iterable[Chunk], plan: Plan) -> Cube:
        """The cube of all chunks; an empty iterable is refused by `merge`."""
        ...


class Serial:
    """One chunk after the other, in this process. Holds one chunk and the running cubes."""

    def total(self, chunks: Iterable[Chunk], plan: Plan) -> Cube:
        return merge(_pairwise(count(chunk, plan) for chunk in chunks))


class Dask:
    """A cluster of dask.distributed, by a client that the caller has opened and closes."""

    def __init__(self, client: Any, ahead: int = 4) -> None:
        """`ahead`: chunks sent before the first answer is waited for, so that memory here stays bounded."""
        self._client, self._ahead = client, ahead

    @classmethod
    def at(cls, scheduler: str, ahead: int = 4, wait_s: float = 10) -> Dask:
        """Join the cluster of a scheduler (tcp://host:port). Raises NoClusterError when it does not answer in time."""
        from distributed import Client

        # Asked of the text first: the client waits twenty seconds for what is no address at all.
        if not _ADDRESS.fullmatch(scheduler):
            raise NoClusterError(f"{scheduler!r} is no address of a scheduler; tcp://host:port is wanted")
        try:
            return cls(Client(scheduler, timeout=wait_s, set_as_default=False), ahead)
        except (OSError, ValueError) as problem:
            raise NoClusterError(f"no cluster answers at {scheduler}: {problem}") from None

    def close(self) -> None:
        self._client.close()

    def total(self, chunks: Iterable[Chunk], plan: Plan) -> Cube:
        """As Executor.total. Raises NoClusterError where scheduler or workers are lost on the way."""
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        try:
            return merge(_pairwise(self._counted(chunks, plan)))
        except (OSError, FutureCancelledError, KilledWorker) as problem:
            raise NoClusterError(f"the cluster was lost while it counted; nothing is saved: {problem}") from None

    def _counted(self, chunks: Iterable[Chunk], plan: Plan) -> Iterator[Cube]:
        waiting: list[Any] = []
        for chunk in chunks:
            waiting.append(self._client.submit(count, chunk, plan, pure=False))
            if len(waiting) >= self._ahead:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()


@contextmanager
def counting_on(scheduler: str | None) -> Iterator[Executor]:
    """The executor for a cluster's address, left again at the end; this process where none is given."""
    if scheduler is None:
        yield Serial()
        return
    cluster = Dask.at(scheduler)
    try:
        yield cluster
    finally:
        cluster.close()


def _pairwise(cubes: Iterable[Cube]) -> Iterator[Cube]:
    """Add cubes up as they come, like sizes with like, so that the cost stays n log n for any number of chunks."""
    heap: list[tuple[int, Cube]] = []
    for cube in cubes:
        size, total = 1, cube
        while heap and heap[-1][0] == size:
            total, size = merge([heap.pop()[1], total]), size * 2
        heap.append((size, total))
    yield from (cube for _, cube in heap)
