"""Tar files: members are found, or the file is refused."""

from __future__ import annotations

import io
import random
import tarfile
from pathlib import Path

import pytest

from runoff_query.registering.archive import Archive, NotAnArchive
from tests.contract.api import uploads


def test_members_are_read_where_they_stand(tmp_path: Path) -> None:
    """By their path beside the manifest."""
    with _archive(tmp_path, uploads.images(2, root="top/")) as archive:
        assert archive.manifest == "manifest.jsonl"
        assert archive.read("images/1.png").startswith(b"\x89PNG")
        assert archive.size_of("images/1.png") == len(archive.read("images/1.png"))
        assert archive.size_of("images/9.png") is None
        assert archive.size_of("top/images/1.png") is None


def test_a_header_that_claims_gigabytes_is_refused(tmp_path: Path) -> None:
    """Extended headers are read into memory whole."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, 3 * 1024**3
    content = header.tobuf(tarfile.GNU_FORMAT) + bytes(2048)

    with pytest.raises(NotAnArchive, match="header"):
        _archive(tmp_path, content)


def test_a_sparse_file_is_refused(tmp_path: Path) -> None:
    """A few bytes of it may stand for terabytes."""
    sparse = tarfile.TarInfo("big.png")
    sparse.type = tarfile.GNUTYPE_SPARSE
    content = uploads.tar({"manifest.jsonl": b"{}"}, sparse)

    with _archive(tmp_path, content) as archive:
        assert [each.file for each in archive.errors] == ["big.png"]
        assert archive.size_of("big.png") is None


def test_a_damaged_file_is_read_or_refused(tmp_path: Path) -> None:
    """Never an error of our own, wherever a byte is turned."""
    chance, good = random.Random(5), uploads.images(3)
    for _ in range(300):
        content = bytearray(good)
        for _ in range(chance.randint(1, 20)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        cut = bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])
        try:
            with _archive(tmp_path, cut) as archive:
                archive.size_of("images/1.png")
        except NotAnArchive:
            continue


def test_a_path_longer_than_a_header_is_read(tmp_path: Path) -> None:
    """Both ways in which tar files write one."""
    name = "/".join(["folder"] * 40) + "/a.png"
    for kind in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT):
        made = io.BytesIO()
        with tarfile.open(fileobj=made, mode="w", format=kind) as tar:
            for each in ("manifest.jsonl", name):
                member = tarfile.TarInfo(each)
                member.size = 2
                tar.addfile(member, io.BytesIO(b"{}"))
        with _archive(tmp_path, made.getvalue()) as archive:
            assert archive.size_of(name) == 2


def _archive(folder: Path, content: bytes) -> Archive:
    path = folder / "x.tar"
    path.write_bytes(content)
    return Archive(path)
