"""The stream that a folder is sent as."""

import io
import tarfile
from pathlib import Path

import pytest

from runoff.errors import InvalidInput
from runoff.manifest import plan
from runoff.tarball import CHUNK_BYTES, TarStream

LONG = "ä" * 60 + "/" + "b" * 120 + ".png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A manifest with an empty file, one of several chunks, and a long name beyond ASCII."""
    files = {"empty.png": b"", "large.bin": bytes(range(256)) * 4096, LONG: b"long"}
    rows = "".join(f'{{"file":"{name}"}}\n' for name in files)
    (tmp_path / "manifest.jsonl").write_text(rows, "utf-8")
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_the_stream_is_a_tar_of_manifest_and_files(folder: Path) -> None:
    """The manifest comes first, so that a server can refuse before it has read the files."""
    content = b"".join(TarStream(plan(folder)))

    with tarfile.open(fileobj=io.BytesIO(content), mode="r|") as tar:
        members = {}
        for member in tar:
            file = tar.extractfile(member)
            assert file is not None
            members[member.name] = file.read()
    assert list(members) == ["manifest.jsonl", "empty.png", "large.bin", LONG]
    assert members["large.bin"] == (folder / "large.bin").read_bytes()


def test_the_length_is_known_before_and_reported_to_the_end(folder: Path) -> None:
    """A server can refuse what is too large by its header; a bar ends at 100 %."""
    reports: list[tuple[int, int]] = []
    stream = TarStream(plan(folder), lambda done, total: reports.append((done, total)))

    n_bytes = sum(len(block) for block in stream)

    assert stream.n_bytes == n_bytes
    assert reports[-1] == (n_bytes, n_bytes)


def test_the_same_folder_is_the_same_bytes_each_time(folder: Path) -> None:
    """A retry sends the same; neither times nor owners of files leak."""
    stream = TarStream(plan(folder))
    first = b"".join(stream)
    (folder / "empty.png").touch()

    assert b"".join(stream) == first
    assert b"".join(TarStream(plan(folder))) == first


def test_no_more_than_a_block_is_held_in_memory(folder: Path) -> None:
    """A dataset may be larger than memory."""
    assert max(len(block) for block in TarStream(plan(folder))) < 2 * CHUNK_BYTES


def test_a_file_that_shrinks_meanwhile_is_an_error(folder: Path) -> None:
    """Its header has promised a size: sending less would shift everything behind it."""
    stream = TarStream(plan(folder))
    (folder / "large.bin").write_bytes(b"short")

    with pytest.raises(InvalidInput, match="grew shorter"):
        list(stream)
