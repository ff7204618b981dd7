"""Files of strangers: lines that have no end, zips that blow up, JSON that is none."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

import pydantic_core

from runoff.errors import ExtraMissing, InvalidInput
from runoff.importing.sample import Place, Row

# Inspect compresses its logs with Zstandard, which zipfile knows from Python 3.14 on; the module
# below is the same one with that added.
if sys.version_info >= (3, 14):
    import zipfile
else:
    try:
        from backports.zstd import zipfile
    except ImportError:
        import zipfile  # type: ignore[no-redef]  # either one

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
MAX_MEMBER_BYTES: Final = 256 * 1024 * 1024
MAX_DOCUMENT_BYTES: Final = 1024 * 1024 * 1024
"""Of JSON that can only be read as a whole."""
_ZSTD: Final = 93


def json_rows(path: Path) -> Iterator[tuple[Place, Row]]:
    """Objects of JSON lines.

    Raises:
        InvalidInput: At the first line that is too long, no UTF-8, or no JSON object.
    """
    with _opened(path) as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            place = Place(path.name, number)
            if len(line) > MAX_LINE_BYTES:
                place.refuse("", f"is longer than {MAX_LINE_BYTES} bytes")
            if line.strip():
                yield place, parsed(line.removeprefix(b"\xef\xbb\xbf"), place)


def document(path: Path) -> object:
    """A JSON file as a whole.

    Raises:
        InvalidInput: When it is too large for that, or no JSON.
    """
    with _opened(path) as file:
        content = file.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        Place(path.name).refuse("", f"is larger than {MAX_DOCUMENT_BYTES} bytes")
    try:
        return pydantic_core.from_json(content)
    except ValueError as error:
        Place(path.name).refuse("", f"is no JSON: {error}")


def parsed(content: bytes, place: Place) -> Row:
    """A JSON object. NaN may stand where nobody looks; what is used is checked for itself."""
    try:
        data = pydantic_core.from_json(content)
    except ValueError as error:
        place.refuse("", f"is no JSON: {error}")
    if not isinstance(data, dict):
        place.refuse("", "is no JSON object")
    return data


@contextmanager
def opened_zip(path: Path) -> "Iterator[Zip]":
    """A zip whose members are read into memory one at a time, never to disk.

    Raises:
        InvalidInput: When it is none, or a member's name leads out of a folder or comes twice.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            yield Zip(archive, path)
    except (zipfile.BadZipFile, OSError) as error:
        raise InvalidInput(f"{path} is no zip file that can be read: {error}") from error


class Zip:
    """The members of an opened zip."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self._archive, self._path = archive, path
        self.names: list[str] = archive.namelist()
        seen: set[str] = set()
        for name in self.names:
            parts = PurePosixPath(name).parts
            if name.startswith("/") or ".." in parts or "\\" in name:
                Place(path.name).refuse("", f"its member {name!r} leads out of a folder")
            if name in seen:
                Place(path.name).refuse("", f"its member {name!r} is there twice")
            seen.add(name)

    def read(self, name: str) -> Row:
        """The JSON object that a member holds.

        Raises:
            InvalidInput: When it is larger than it may be, damaged, or no JSON object.
            ExtraMissing: When it is compressed in a way that needs a package.
        """
        place = Place(self._path.name, member=name)
        info = self._archive.getinfo(name)
        if info.compress_type == _ZSTD and not hasattr(zipfile, "ZIP_ZSTANDARD"):
            raise ExtraMissing("What reads Zstandard in zip files", extra="inspect")
        try:
            # Not the size that the zip declares: that is the word of whoever made it.
            with self._archive.open(name) as member:
                content = member.read(MAX_MEMBER_BYTES + 1)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            place.refuse("", f"cannot be read: {error}")
        if len(content) > MAX_MEMBER_BYTES:
            place.refuse("", f"is larger than {MAX_MEMBER_BYTES} bytes when unpacked")
        return parsed(content, place)


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
