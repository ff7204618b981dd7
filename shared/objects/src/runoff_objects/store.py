"""The content-addressed object store: a local folder, S3, GCS or Azure behind one interface."""

import asyncio
import hashlib
import os
from pathlib import Path
from typing import IO, Self

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from runoff_objects.errors import ObjectDamaged, ObjectMissing

_FIRST_BYTES = 16 * 1024
"""Small files take one read. Memory for a larger one is had from the system anew each time, as long
as the C library has not learned better: that took ten times the reading itself."""
_NEXT_BYTES = 256 * 1024
_FEW_BYTES = 1024 * 1024
_CHUNK_BYTES = 8 * 1024 * 1024


class Objects:
    """Bytes by digest. What is stored never changes, so readers may keep what they read."""

    def __init__(self, store: ObjectStore, *, folder: Path | None = None) -> None:
        self._store, self._folder = store, folder

    @classmethod
    def open(cls, address: str) -> Self:
        """A folder (made where it is missing) or a URL that obstore knows (`s3://bucket/prefix`).

        Credentials for a URL come from the environment, as obstore reads it.
        """
        if "://" in address:
            return cls(from_url(address))
        folder = Path(address).absolute()
        return cls(LocalStore(folder, mkdir=True, automatic_cleanup=False), folder=folder)

    async def put(self, content: bytes) -> str:
        """Store the bytes and answer their digest; bytes that are there are not written again."""
        digest = await _digest_of(content)
        if await self._n_bytes(digest) != len(content):
            await obstore.put_async(self._store, _path(digest), content)
        return digest

    async def put_file(self, path: Path) -> str:
        """Store a file of any size, read in parts."""
        digest = await asyncio.to_thread(file_digest, path)
        n_bytes = (await asyncio.to_thread(path.stat)).st_size
        if await self._n_bytes(digest) != n_bytes:
            await obstore.put_async(self._store, _path(digest), path)
        return digest

    async def get(self, digest: str) -> bytes:
        """The bytes of a digest, checked against it.

        Raises:
            ObjectMissing: When nothing is stored under the digest.
            ObjectDamaged: When the stored bytes have another digest.
        """
        try:
            answer = await obstore.get_async(self._store, _path(digest))
            found = await answer.bytes_async()
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(digest) from error
        content = (
            bytes(found) if len(found) <= _FEW_BYTES else await asyncio.to_thread(bytes, found)
        )
        if await _digest_of(content) != digest:
            raise ObjectDamaged(digest)
        return content

    async def save(self, digest: str, file: IO[bytes]) -> None:
        """Write the bytes of a digest to an open file, in parts: they may not fit into memory.

        Raises:
            ObjectMissing, ObjectDamaged: as `get`.
        """
        sha = hashlib.sha256()

        def take(part: bytes) -> None:
            sha.update(part)
            file.write(part)

        try:
            answer = await obstore.get_async(self._store, _path(digest))
            async for part in answer.stream(min_chunk_size=_CHUNK_BYTES):
                await asyncio.to_thread(take, bytes(part))
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(digest) from error
        if f"sha256:{sha.hexdigest()}" != digest:
            raise ObjectDamaged(digest)
        await asyncio.to_thread(file.flush)

    @property
    def is_local(self) -> bool:
        """Whether the store is a folder of this machine, so that `read` is at hand."""
        return self._folder is not None

    def read(self, digest: str) -> bytes:
        """As `get`, for threads, and only of a store that `is_local`.

        A small file costs 5 us so; through the event loop it costs 150.
        """
        try:
            # Plain system calls: a file object costs twice the reading of a small file.
            number = os.open(f"{self._folder}/{_path(digest)}", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise ObjectMissing(digest) from error
        try:
            content = _read_all(number)
        finally:
            os.close(number)
        if _sha256(content) != digest:
            raise ObjectDamaged(digest)
        return content

    async def has(self, digest: str) -> bool:
        """Whether something is stored under the digest."""
        return await self._n_bytes(digest) is not None

    async def _n_bytes(self, digest: str) -> int | None:
        """Size of what is stored: a file that a power cut emptied is to be written again."""
        try:
            if self._folder is not None:
                # 2 us; through the store's threads it is 150, four times for each run.
                return (self._folder / _path(digest)).stat().st_size
            return (await obstore.head_async(self._store, _path(digest)))["size"]
        except (NotFoundError, FileNotFoundError):
            return None


async def _digest_of(content: bytes) -> str:
    """In a thread where it takes so long that others would notice."""
    if len(content) <= _FEW_BYTES:
        return _sha256(content)
    return await asyncio.to_thread(_sha256, content)


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def file_digest(path: Path) -> str:
    """Digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _read_all(number: int) -> bytes:
    first = os.read(number, _FIRST_BYTES)
    if len(first) < _FIRST_BYTES:
        return first
    parts = [first]
    while part := os.read(number, _NEXT_BYTES):
        parts.append(part)
    return b"".join(parts)


def _path(digest: str) -> str:
    hexadecimal = digest.removeprefix("sha256:")
    return f"sha256/{hexadecimal[:2]}/{hexadecimal[2:]}"
