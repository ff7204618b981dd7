"""The object store on a real file system, and by the addresses that operators write."""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from runoff_objects.errors import ObjectDamaged, ObjectMissing
from runoff_objects.store import Objects

ABSENT = "sha256:" + "0" * 64


@pytest.fixture(params=["folder", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    return Objects.open(str(tmp_path / "deep/store") if request.param == "folder" else "memory:///")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def file_of(folder: Path, digest: str) -> Path:
    (found,) = folder.rglob(digest.removeprefix("sha256:")[2:])
    return found


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 5_000], ids=len)
async def test_what_is_put_is_got_by_its_digest(objects: Objects, content: bytes) -> None:
    """Whatever the bytes, none included."""
    digest = await objects.put(content)

    assert digest == digest_of(content)
    assert await objects.has(digest)
    assert await objects.get(digest) == content


async def test_what_is_missing_is_said(objects: Objects) -> None:
    """With its digest, to look for it in a backup."""
    assert not await objects.has(ABSENT)
    with pytest.raises(ObjectMissing, match=ABSENT):
        await objects.get(ABSENT)


async def test_another_process_finds_it(folder: Path) -> None:
    """The folder is all there is to a store."""
    digest = await Objects.open(str(folder)).put(b"content")

    assert await Objects.open(str(folder)).get(digest) == b"content"


async def test_damage_is_noticed(folder: Path) -> None:
    """A flipped bit in an image must not become a wrong answer of a model."""
    objects = Objects.open(str(folder))
    digest = await objects.put(b"content")
    file_of(folder, digest).write_bytes(b"cOntent")

    with pytest.raises(ObjectDamaged, match=digest):
        await objects.get(digest)
    with pytest.raises(ObjectDamaged, match=digest):
        await asyncio.to_thread(objects.read, digest)


async def test_a_file_that_a_power_cut_emptied_is_written_again(
    folder: Path, tmp_path: Path
) -> None:
    """Registering the same dataset again mends it."""
    objects = Objects.open(str(folder))
    path = tmp_path / "file"
    path.write_bytes(b"content")
    digest = await objects.put(b"content")
    file = file_of(folder, digest)

    file.write_bytes(b"")
    await objects.put(b"content")
    assert await objects.get(digest) == b"content"
    file.write_bytes(b"")
    await objects.put_file(path)
    assert await objects.get(digest) == b"content"


async def test_bytes_that_are_there_are_not_written_again(folder: Path) -> None:
    """A second version of a dataset shares the files of the first."""
    objects = Objects.open(str(folder))
    digest = await objects.put(b"content")
    file = file_of(folder, digest)
    os.utime(file, (1, 1))
    await objects.put(b"content")

    assert file.stat().st_mtime == 1


async def test_many_may_put_the_same_at_once(folder: Path) -> None:
    """Uploads of the same file meet; readers never see a half-written one."""
    stores = [Objects.open(str(folder)) for _ in range(4)]
    content = os.urandom(300_000)
    digest = digest_of(content)

    async def read_when_there(objects: Objects) -> bytes:
        while not await objects.has(digest):
            await asyncio.sleep(0)
        return await objects.get(digest)

    async with asyncio.TaskGroup() as group:
        reads = [group.create_task(read_when_there(store)) for store in stores]
        puts = [group.create_task(stores[number % 4].put(content)) for number in range(40)]

    assert {task.result() for task in puts} == {digest}
    assert all(task.result() == content for task in reads)
    assert [path.name for path in files_in(folder)] == [digest.removeprefix("sha256:")[2:]]


async def test_a_big_file_is_stored_in_parts(objects: Objects, tmp_path: Path) -> None:
    """Model files are larger than what a process should hold twice."""
    path = tmp_path / "model.onnx"
    content = os.urandom(1024 * 1024) * 25
    path.write_bytes(content)

    digest = await objects.put_file(path)
    assert digest == digest_of(content)
    assert await objects.get(digest) == content


async def test_small_files_may_be_read_by_threads(folder: Path) -> None:
    """Workers read thousands of images a second past the event loop."""
    objects = Objects.open(str(folder))
    digest = await objects.put(b"content")

    assert objects.is_local
    assert not Objects.open("memory:///").is_local
    assert await asyncio.to_thread(objects.read, digest) == b"content"
    with pytest.raises(ObjectMissing):
        await asyncio.to_thread(objects.read, ABSENT)


@pytest.mark.parametrize("n_bytes", [0, 16_383, 16_384, 16_385, 300_000])
async def test_a_file_of_any_size_is_read_whole(folder: Path, n_bytes: int) -> None:
    """Small ones take one read, larger ones several."""
    objects = Objects.open(str(folder))
    content = os.urandom(n_bytes)

    assert await asyncio.to_thread(objects.read, await objects.put(content)) == content


async def test_no_digest_leads_out_of_the_store(folder: Path) -> None:
    """Digests are checked where they come in; here is the last door."""
    objects = Objects.open(str(folder))
    (folder / "secret").write_bytes(b"secret")

    for name in ("sha256:aa/../../secret", "sha256:../../secret", "sha256:.", "sha256:"):
        with pytest.raises((ValueError, ObjectMissing)):
            await objects.get(name)
        with pytest.raises((OSError, ObjectMissing, ObjectDamaged)):
            await asyncio.to_thread(objects.read, name)


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("s3://bucket/prefix", "S3Store"),
        ("gs://bucket/prefix", "GCSStore"),
        ("memory:///", "MemoryStore"),
    ],
)
def test_addresses_name_their_store(
    monkeypatch: pytest.MonkeyPatch, address: str, kind: str
) -> None:
    """Operators write an address; nothing is asked of a cloud before the first object."""
    monkeypatch.setenv("AWS_REGION", "eu-central-1")

    assert type(Objects.open(address)._store).__name__ == kind


async def test_a_file_url_is_a_folder_too(tmp_path: Path) -> None:
    """For whoever writes all addresses as URLs; the folder has to be there."""
    digest = await Objects.open(f"file://{tmp_path}").put(b"content")

    assert await Objects.open(str(tmp_path)).get(digest) == b"content"
