"""A folder sent as a tar file. Members are read where they stand; nothing is ever extracted."""

import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final, Self

from runoff_contracts.problem import FieldError
from runoff_query.registering.rows import safe_path

MANIFESTS: Final = ("manifest.jsonl", "manifest.csv")
MAX_MEMBERS: Final = 1_000_000
_MAX_HEADER_BYTES: Final = 1024 * 1024


class NotAnArchive(Exception):
    """The bytes are no tar file, or one that is not taken here; the text says why."""


class _Member(tarfile.TarInfo):
    """A header that does not read a gigabyte of 'extended header' into memory."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if not self.isreg() and self.size > _MAX_HEADER_BYTES:
            raise NotAnArchive(f"the header of a member has {self.size} bytes")
        # The hook of the standard library for what comes behind a header; typeshed leaves it out.
        return super()._proc_member(archive)  # type: ignore[misc, no-any-return]


class Archive:
    """The files of a tar file by path, the manifest's folder being the root."""

    def __init__(self, path: Path) -> None:
        """Read the headers.

        Raises:
            NotAnArchive: When it is no tar file, or has too many members.
        """
        self.errors: list[FieldError] = []
        """Members that are no plain files or folders."""
        self._members: dict[str, tarfile.TarInfo] = {}
        try:
            self._tar = tarfile.open(path, "r:", tarinfo=_Member)  # noqa: SIM115 - closed in __exit__
            for member in self._headers():
                self._add(member)
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise NotAnArchive(f"it is no tar file: {error}") from error
        self._root = ""
        self.manifest = self._find_manifest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._tar.close()

    def size_of(self, name: str) -> int | None:
        """Bytes of a file beside the manifest; none where there is no such file."""
        member = self._members.get(self._root + name)
        return None if member is None else member.size

    def read(self, name: str) -> bytes:
        """Content of a file beside the manifest."""
        with self.open(name) as file:
            return file.read()

    def open(self, name: str) -> IO[bytes]:
        """A file beside the manifest."""
        file = self._tar.extractfile(self._members[self._root + name])
        if file is None:
            raise KeyError(name)
        return file

    def _headers(self) -> Iterator[tarfile.TarInfo]:
        for number, member in enumerate(self._tar):
            if number >= MAX_MEMBERS:
                raise NotAnArchive(f"it has more than {MAX_MEMBERS} members")
            yield member

    def _add(self, member: tarfile.TarInfo) -> None:
        if member.isdir():
            return
        name = safe_path(member.name)
        if name is None:
            reason = "leaves the folder"
        elif not member.isreg() or member.issparse():
            reason = "is a link, a device or a sparse file; only plain files are taken"
        elif name in self._members:
            reason = "is in the archive twice"
        else:
            self._members[name] = member
            return
        self.errors.append(FieldError(field="", message=reason, file=member.name[:1000]))

    def _find_manifest(self) -> str:
        """At the root, or in the one folder that holds everything."""
        found = [name for name in self._members if PurePosixPath(name).name in MANIFESTS]
        for depth in (1, 2):
            here = [name for name in found if len(PurePosixPath(name).parts) == depth]
            if len(here) == 1:
                self._root = here[0].removesuffix(PurePosixPath(here[0]).name)
                return PurePosixPath(here[0]).name
            if here:
                raise NotAnArchive(f"it has more than one manifest: {', '.join(sorted(here))}")
        raise NotAnArchive(f"it has no {' or '.join(MANIFESTS)} at its root")
