"""Folders as tar files, good and bad."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping

import httpx

from runoff_testkit.images import numbered_png
from tests.contract.api.running import World

TAR = {"Content-Type": "application/x-tar"}
LINES = {"Content-Type": "application/x-ndjson"}
CSV = {"Content-Type": "text/csv"}


async def send(
    world: World, content: bytes, headers: dict[str, str], **params: str
) -> httpx.Response:
    """Register a dataset, `a` where nothing else is said."""
    asked = {"name": "a", **params}
    return await world.http.post("/api/datasets", params=asked, content=content, headers=headers)


def lines(*rows: Mapping[str, object]) -> bytes:
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def tar(files: Mapping[str, bytes], *members: tarfile.TarInfo) -> bytes:
    """A tar file of these files, then of members without content."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for each in members:
            archive.addfile(each)
    return made.getvalue()


def images(n: int, root: str = "") -> bytes:
    """A folder of images with a manifest."""
    manifest = lines(
        *({"id": f"i{each}", "file": f"images/{each}.png", "target": "x"} for each in range(n))
    )
    pictures = {f"{root}images/{each}.png": numbered_png(each) for each in range(n)}
    return tar({f"{root}manifest.jsonl": manifest, **pictures})


def link(name: str, target: str, *, hard: bool = False) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = tarfile.LNKTYPE if hard else tarfile.SYMTYPE
    member.linkname = target
    return member


def device(name: str) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type = tarfile.CHRTYPE
    return member
