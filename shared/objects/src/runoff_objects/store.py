"""The content-addressed object store: a local folder, S3, GCS or Azure behind one interface."""

import asyncio
import hashlib
from pathlib import Path
from typing import Self

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, ObjectStore, from_url

from runoff_objects.errors import ObjectDamaged, ObjectMissing

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
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        if not await self.has(digest):
            await obstore.put_async(self._store, _path(digest), content)
        return digest

    async def put_file(self, path: Path) -> str:
        """Store a file of any size, read in parts."""
        digest = await asyncio.to_thread(file_digest, path)
        if not await self.has(digest):
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
            content = bytes(await answer.bytes_async())
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(digest) from error
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise ObjectDamaged(digest)
        return content

    def local_path(self, digest: str) -> Path | None:
        """The file of a digest where the store is a folder, for threads that read many small ones.

        None for any other store. Nothing is checked: the file may be missing or damaged.
        """
        return None if self._folder is None else self._folder / _path(digest)

    async def has(self, digest: str) -> bool:
        """Whether something is stored under the digest."""
        try:
            await obstore.head_async(self._store, _path(digest))
        except (NotFoundError, FileNotFoundError):
            return False
        return True


def file_digest(path: Path) -> str:
    """Digest of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return f"sha256:{digest.hexdigest()}"


def _path(digest: str) -> str:
    hexadecimal = digest.removeprefix("sha256:")
    return f"sha256/{hexadecimal[:2]}/{hexadecimal[2:]}"
