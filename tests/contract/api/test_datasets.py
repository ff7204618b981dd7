"""Registering datasets: what is taken, and what is refused whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from runoff_testkit.images import numbered_png
from runoff_testkit.servers import Server
from tests.contract.api import uploads
from tests.contract.api.running import IN_SHARED_LOOP, World, a_world, problem, wrong_fields
from tests.contract.api.uploads import CSV, LINES, TAR, lines, send

OF_A = {"name": "a"}


@pytest_asyncio.fixture
async def world(nats_server: Server, fresh_database: str, tmp_path: Path) -> AsyncIterator[World]:
    limits = {
        "max_dataset_bytes": 300_000,
        "max_manifest_bytes": 200_000,
        "max_json_bytes": 100_000,
    }
    async with a_world(nats_server, fresh_database, tmp_path, **limits) as made:
        await made.start_run_manager()
        yield made


async def nothing_registered(world: World) -> None:
    assert (await world.get("/api/datasets"))["items"] == []


async def test_a_folder_of_images_becomes_a_version(world: World) -> None:
    """Files go into the object store and come back as the images they are."""
    answer = await send(world, uploads.images(3), TAR)

    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["id"], made["number"], made["n_entries"], made["created"]) == ("a@1", 1, 3, True)
    entries = (await world.get("/api/datasets/a/entries"))["items"]
    assert [entry["id"] for entry in entries] == ["i0", "i1", "i2"]
    content = await world.http.get(f"/api/objects/{entries[1]['file']}")
    assert content.content == numbered_png(1)
    assert content.headers["content-type"] == "image/png"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in content.headers["cache-control"]


async def test_a_folder_within_the_archive_is_found(world: World) -> None:
    """`tar cf x.tar folder` puts everything below the folder's name."""
    answer = await send(world, uploads.images(2, root="./digits/"), TAR)

    assert answer.status_code == 201, answer.text


async def test_the_same_content_is_the_same_version(world: World) -> None:
    """The digest is over content: sending it again says nothing new."""
    first = await send(world, uploads.images(2), TAR)
    again = await send(world, uploads.images(2, root="other/"), TAR)
    more = await send(world, uploads.images(3), TAR)

    assert (first.status_code, again.status_code, more.status_code) == (201, 200, 201)
    assert again.json()["digest"] == first.json()["digest"]
    assert again.json()["seq"] <= first.json()["seq"]
    assert [each.json()["number"] for each in (first, again, more)] == [1, 1, 2]


async def test_a_manifest_alone_holds_texts(world: World) -> None:
    """As JSON lines or CSV, with metadata in the columns that a manifest does not know."""
    rows = lines(
        {"id": 1, "text": "one", "target": 7, "split": "test", "metadata": {"k": [1]}},
        {"id": "2", "text": "two", "section": "s"},
    )
    csv = '﻿id,text,target,author\r\n1,one,7,ann\r\n\r\n2,"two\nlines",,\r\n'.encode()

    assert (await send(world, b"\n" + rows + b"\n\n", LINES)).status_code == 201
    assert (await send(world, csv, CSV, name="b")).status_code == 201
    first = (await world.get("/api/datasets/a/entries"))["items"]
    second = (await world.get("/api/datasets/b/entries"))["items"]
    assert first[0] | {"metadata": {"k": [1]}, "target": "7", "id": "1"} == first[0]
    assert (second[0]["metadata"], second[0]["target"]) == ({"author": "ann"}, "7")
    assert (second[1]["text"], second[1]["metadata"]) == ("two\nlines", None)


async def test_entries_of_a_dataset_are_filtered_and_paged(world: World) -> None:
    """By split and section, of the version that is asked for."""
    rows = [
        {"id": n, "text": "x", "split": "test" if n % 3 else "train", "section": f"s{n % 2}"}
        for n in range(30)
    ]
    await send(world, lines(*rows), LINES)
    await send(world, lines({"id": "only", "text": "x"}), LINES)

    async def ids(path: str, **params: object) -> list[str]:
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = await world.get(path, limit=4, **params, **cursor)
            found += [entry["id"] for entry in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    assert await ids("/api/datasets/a/entries") == ["only"]
    assert await ids("/api/datasets/a@1/entries") == [str(n) for n in range(30)]
    assert await ids("/api/datasets/a/entries", version=1, split="train", section="s1") == [
        "3",
        "9",
        "15",
        "21",
        "27",
    ]
    problem(await world.http.get("/api/datasets/a@9/entries"), 404, "unknown-dataset version")


async def test_entries_are_found_by_their_words_and_read_from_any_place(world: World) -> None:
    """In id, text and target, of any case; the last of a million is as near as the first."""
    rows = [
        {"id": f"e{n}", "text": "a Straße" if n == 7 else "road", "target": f"Label {n}"}
        for n in range(20)
    ]
    await send(world, lines(*rows), LINES)

    async def ids(**params: object) -> list[str]:
        page = await world.get("/api/datasets/a/entries", **params)
        return [entry["id"] for entry in page["items"]]

    assert await ids(find="STRASSE") == ["e7"]
    assert await ids(find="label 1") == ["e1", *(f"e{n}" for n in range(10, 20))]
    assert await ids(find="e19") == ["e19"]
    assert await ids(find="nowhere") == []
    assert await ids(start=18) == ["e18", "e19"]
    assert await ids(start=20) == []
    assert await ids(start=12, limit=2, find="label 1") == ["e12", "e13"]


@IN_SHARED_LOOP
async def test_all_wrong_rows_are_reported_at_once(idle_world: World) -> None:
    """With file and line and what would be right; nothing is registered."""
    manifest = b"\n".join(
        [
            b'{"id": "ok", "text": "fine"}',
            b'{"text": "no id"}',
            b'{"id": "ok", "text": "twice"}',
            b"{not json",
            b'["a list"]',
            b'{"id": "c", "text": "a", "file": "f.png"}',
            b'{"id": "d"}',
            b'{"id": "e", "text": "a", "colour": "red"}',
            b'{"id": "f", "text": "\xff"}',
            b'{"id": "g", "file": "missing.png"}',
            b'{"id": "h", "file": "../secret.png"}',
            b'{"id": "i", "file": "/etc/passwd"}',
            b'{"id": "j", "file": "a\\\\b.png"}',
            b'{"id": "k", "file": "a\\u0000b.png"}',
            b'{"id": "' + b"l" * 201 + b'", "text": "a"}',
            b'{"id": "m", "text": "a", "metadata": [1]}',
            b'{"id": "n", "text": "a", "target": NaN}',
            b'{"id": "o\\u0000", "text": "a"}',
            b'{"id": "p", "text": "a", "metadata": ' + b"[" * 500 + b"]" * 500 + b"}",
        ]
    )
    found = problem(
        await send(idle_world, uploads.tar({"manifest.jsonl": manifest}), TAR), 422, "bad-manifest"
    )

    told = {each["line"]: (each["field"], each["message"]) for each in found["errors"]}
    assert {each["file"] for each in found["errors"]} == {"manifest.jsonl"}
    assert sorted(told) == list(range(2, 20))
    assert told[2] == ("id", "Field required")
    assert told[3] == ("id", "'ok' is the id of line 1 too; ids must differ")
    assert "no JSON" in told[4][1]
    assert "not both" in told[6][1]
    assert "needs file or text" in told[7][1]
    assert "known are id, file, text" in told[8][1]
    assert "no UTF-8" in told[9][1]
    assert told[10] == ("file", "there is no file 'missing.png'")
    for line in (11, 12, 13, 14):
        assert "leaves the folder" in told[line][1]
    await nothing_registered(idle_world)


@IN_SHARED_LOOP
async def test_wrong_csv_is_reported_by_line(idle_world: World) -> None:
    """Lines are those of the file, also behind a cell with line breaks."""
    rows = b'id,text,target\n1,"a\nb",x\n1,c,x\n2,d\n3,e,x,y\n4,\xff,x\n,f,x\n'
    found = problem(await send(idle_world, rows, CSV), 422, "bad-manifest")
    headless = problem(await send(idle_world, b"text,text\na,b\n", CSV), 422, "bad-manifest")

    assert [each["line"] for each in found["errors"]] == [4, 5, 6, 7, 8]
    assert "has 2 cells; the header has 3" in found["errors"][1]["message"]
    assert set(wrong_fields(headless)) == {"id", "text"}


@IN_SHARED_LOOP
async def test_a_thousand_mistakes_are_listed_and_all_are_counted(idle_world: World) -> None:
    """The answer to a wrong file of a million rows stays readable."""
    found = problem(await send(idle_world, b"x\n" * 1500, LINES), 422, "bad-manifest")

    assert len(found["errors"]) == 1000
    assert "1500 found" in found["detail"]


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("content", "headers"),
    [(b"", LINES), (b"\n\n", LINES), (b"", CSV), (b"id,text\n", CSV)],
)
async def test_a_dataset_without_entries_is_refused(
    idle_world: World, content: bytes, headers: dict[str, str]
) -> None:
    """A run over nothing would complete and say nothing."""
    problem(await send(idle_world, content, headers), 422, "empty-dataset")
    await nothing_registered(idle_world)


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    ("member", "told"),
    [
        (uploads.link("images/l.png", "/etc/passwd"), "link"),
        (uploads.link("images/l.png", "manifest.jsonl", hard=True), "link"),
        (uploads.device("images/null"), "device"),
    ],
)
async def test_links_and_devices_are_refused(idle_world: World, member: object, told: str) -> None:
    """Members are read where they stand; one that points elsewhere is none of ours."""
    manifest = lines({"id": 1, "text": "a"})
    archive = uploads.tar({"manifest.jsonl": manifest}, member)  # type: ignore[arg-type]
    found = problem(await send(idle_world, archive, TAR), 422, "bad-manifest")

    assert told in found["errors"][0]["message"]
    await nothing_registered(idle_world)


@IN_SHARED_LOOP
async def test_members_that_leave_the_folder_are_refused(idle_world: World) -> None:
    """Though nothing is extracted: whoever sends one means something else than we do."""
    archive = uploads.tar({"manifest.jsonl": lines({"id": 1, "text": "a"}), "../evil": b"x"})
    found = problem(await send(idle_world, archive, TAR), 422, "bad-manifest")

    assert found["errors"][0]["file"] == "../evil"


@IN_SHARED_LOOP
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no tar at all" * 100,
        uploads.tar({"readme.md": b"x"}),
        uploads.tar({"manifest.jsonl": b"{}", "manifest.csv": b"id"}),
        uploads.images(2)[:700],
    ],
)
async def test_what_is_no_folder_is_refused(idle_world: World, content: bytes) -> None:
    """No tar file, or one without a manifest, with two, or cut off."""
    answer = await send(idle_world, content, TAR)

    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] in {
        "urn:runoff:problem:bad-archive",
        "urn:runoff:problem:bad-manifest",
    }


async def test_rows_in_the_body_are_taken_and_checked(world: World) -> None:
    """Errors name the row by its place in the list."""
    good = await world.http.post(
        "/api/datasets",
        json={"name": "b", "task": "classification", "entries": [{"id": 1, "text": "x"}]},
    )
    bad = await world.http.post(
        "/api/datasets", json={"name": "b", "entries": [{"id": 1}, 5, {"id": 1, "text": "x"}]}
    )

    assert good.status_code == 201, good.text
    fields = wrong_fields(problem(bad, 422, "bad-manifest"))
    assert set(fields) == {"entries.0.file", "entries.1", "entries.2.id"}


@IN_SHARED_LOOP
async def test_names_and_tasks_are_checked_before_anything_else(idle_world: World) -> None:
    """Each with what would be right."""
    row = lines({"id": 1, "text": "x"})
    for params, field in (
        ({"name": ""}, "name"),
        ({"name": "a/b"}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"task": "guessing"}, "task"),
    ):
        answer = await send(idle_world, row, LINES, **params)
        assert answer.status_code == 422, answer.text
        assert field in wrong_fields(answer.json())
    answer = await idle_world.http.post("/api/datasets", content=row, headers=LINES)
    assert "name" in wrong_fields(problem(answer, 422, "bad-name"))


@IN_SHARED_LOOP
async def test_other_bodies_are_refused_by_type(idle_world: World) -> None:
    """With the types that are taken."""
    answer = await send(idle_world, b"<xml/>", {"Content-Type": "text/xml"})

    assert "application/x-tar" in problem(answer, 415, "unsupported-media-type")["detail"]


async def test_bodies_over_the_limit_are_refused(world: World) -> None:
    """By their declared length, and while they come in where none was declared."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b" " * 1000

    declared = await send(world, b" " * 250_000, LINES)
    chunked = await world.http.post("/api/datasets", params=OF_A, content=chunks(), headers=LINES)
    folder = await send(world, b" " * 350_000, TAR)
    body = await world.http.post("/api/datasets", json={"name": "a", "entries": ["x" * 100_000]})

    for answer in (declared, chunked, folder, body):
        problem(answer, 413, "content-too-large")
    await nothing_registered(world)


@IN_SHARED_LOOP
async def test_json_that_is_none_is_refused(idle_world: World) -> None:
    """Cut off, not a number, or nested beyond reason."""
    for content in (b"{", b'{"name": "a", "entries": NaN}', b"[" * 50_000, b"[]", b'"x"', b"\xff"):
        answer = await send(idle_world, content, {"Content-Type": "application/json"})
        assert answer.status_code == 422, answer.text


@IN_SHARED_LOOP
async def test_unknown_objects_are_said_to_be_unknown(idle_world: World) -> None:
    """A digest that nothing has, and one that is none."""
    answer = await idle_world.http.get(f"/api/objects/sha256:{'0' * 64}")

    problem(answer, 404, "unknown-object")
    problem(await idle_world.http.get("/api/objects/sha256:zz"), 422, "invalid-request")
