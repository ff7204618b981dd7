"""Files that a person chooses in the browser become a dataset, or it is said why not."""

from __future__ import annotations

import io
import json
import zipfile

import httpx
import pytest

from tests.contract.api.running import World
from tests.integration.web.hostile import page_of

SAME = {"Sec-Fetch-Site": "same-origin"}
ROWS = "".join(
    json.dumps({"id": f"q-{n}", "text": f"{n} + 1?", "target": str(n + 1)}) + "\n" for n in range(3)
).encode()


def packed(**files: bytes) -> bytes:
    """An archive; a name's two underscores stand for a slash."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/"), content)
    return held.getvalue()


def broken() -> bytes:
    """An archive whose compressed bytes were changed on the way."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.jsonl", ROWS * 50)
    content = bytearray(held.getvalue())
    content[50:60] = b"\xff" * 10
    return bytes(content)


async def test_files_folders_and_archives_become_a_dataset(
    world: World, pages: httpx.AsyncClient
) -> None:
    """The same rows in three wrappings are one version: content is its identity."""
    await world.start_run_manager()
    inside = {"asked/manifest.jsonl": ROWS}
    for files in (
        [("file", ("rows.jsonl", ROWS))],
        [("folder", ("asked/manifest.jsonl", ROWS)), ("folder", ("asked/notes.txt", b"no entry"))],
        [("file", ("asked.zip", packed(**{k.replace("/", "__"): v for k, v in inside.items()})))],
    ):
        answer = await pages.post(
            "/datasets/new", data={"name": "sums", "task": "text"}, files=files, headers=SAME
        )
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == "/datasets/sums"

    found = await world.get("/api/datasets/sums")
    assert [each["n_entries"] for each in found["versions"]] == [3]


async def test_what_is_wrong_is_said_row_by_row(world: World, pages: httpx.AsyncClient) -> None:
    """Nothing is registered, and name and task stay in the form."""
    await world.start_run_manager()
    wrong = b'{"id": "a", "text": "A?", "target": "a"}\n{"id": "a", "text": "B?"}\n{"text": 5}\n'
    answer = await pages.post(
        "/datasets/new",
        data={"name": "sums", "task": "text"},
        files=[("file", ("rows.jsonl", wrong))],
        headers=SAME,
    )

    page = page_of(answer, 422)
    lines = [each.text_content().strip() for each in page.xpath("//main//tbody/tr/td[1]")]
    assert {"line 2", "line 3"} == set(lines)
    assert page.xpath("//input[@name='name']/@value") == ["sums"]
    assert (await world.http.get("/api/datasets/sums")).status_code == 404


@pytest.mark.parametrize(
    "files",
    [
        [],
        [("folder", ("../../manifest.jsonl", ROWS))],
        [("folder", ("/etc/manifest.jsonl", ROWS)), ("folder", ("a.png", b""))],
        [("file", ("asked.zip", packed(**{"..__manifest.jsonl": ROWS})))],
        [("file", ("asked.zip", b"no archive"))],
        [("file", ("photo.png", b"no manifest"))],
        [("file", ("asked.zip", broken()))],
        [("file", ("asked.zip", packed(a=b"", a__b=ROWS)))],
        [("folder", ("a", b"")), ("folder", ("a/b.jsonl", ROWS))],
        [("folder", (f"{'x' * 300}.jsonl", ROWS))],
    ],
    ids=[
        "nothing",
        "above",
        "absolute",
        "archive above",
        "no archive",
        "no manifest",
        "broken archive",
        "file and folder, packed",
        "file and folder",
        "long name",
    ],
)
async def test_what_cannot_be_a_dataset_is_refused_in_words(
    pages: httpx.AsyncClient, files: list[tuple[str, tuple[str, bytes]]]
) -> None:
    """No path of the server's is shown, and nothing is written outside of its folder."""
    answer = await pages.post(
        "/datasets/new", data={"name": "sums", "task": "text"}, files=files, headers=SAME
    )

    page = page_of(answer, 422)
    said = page.xpath("//main")[0].text_content()
    assert "Nothing was registered" in said
    assert "runoff-chosen-" not in said
