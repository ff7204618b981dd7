"""A dataset as a tar stream, made while it is sent: no copy on disk, one block in memory.

Owner, mode and time are left out, so the same files give the same bytes.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runoff.errors import InvalidInput
from runoff.manifest import Plan

Progress = Callable[[int, int], None]
"""Called with the bytes done and all bytes."""

CHUNK_BYTES = 1 << 18
END = bytes(2 * tarfile.BLOCKSIZE)


@dataclass(frozen=True)
class _Member:
    path: Path
    header: bytes
    n_bytes: int

    @property
    def n_padding(self) -> int:
        return -self.n_bytes % tarfile.BLOCKSIZE


class TarStream:
    """Iterate for the bytes, as often as needed; `n_bytes` is known before."""

    def __init__(self, plan: Plan, progress: Progress | None = None) -> None:
        folder = plan.folder
        self._members = [
            _member(plan.manifest, plan.name_in_tar),
            # A manifest may name itself or its neighbour; the name at the root is taken.
            *(_member(folder / name, name) for name in plan.files if name != plan.name_in_tar),
        ]
        self._progress = progress
        self.n_bytes = len(END) + sum(
            len(each.header) + each.n_bytes + each.n_padding for each in self._members
        )

    def __iter__(self) -> Iterator[bytes]:
        n_done = 0
        for block in _gathered(self._blocks()):
            yield block
            n_done += len(block)
            if self._progress:
                self._progress(n_done, self.n_bytes)

    def _blocks(self) -> Iterator[bytes]:
        for member in self._members:
            yield member.header
            yield from _content(member)
            yield bytes(member.n_padding)
        yield END


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Few large blocks for many small ones: each block costs a call of the system to send."""
    buffer = bytearray()
    for block in blocks:
        buffer += block
        if len(buffer) >= CHUNK_BYTES:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


def _member(path: Path, name: str) -> _Member:
    info = tarfile.TarInfo(name)
    info.size = path.stat().st_size
    return _Member(path, info.tobuf(tarfile.PAX_FORMAT), info.size)


def _content(member: _Member) -> Iterator[bytes]:
    left = member.n_bytes
    with member.path.open("rb") as file:
        while left:
            chunk = file.read(min(CHUNK_BYTES, left))
            if not chunk:
                raise InvalidInput(f"{member.path} grew shorter while it was being sent.")
            left -= len(chunk)
            yield chunk
