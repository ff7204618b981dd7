"""A run written out, in every format."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest
from structlog.testing import capture_logs

from runoff_objects.entry_set import EntrySet
from runoff_query.exporting import pages
from runoff_query.exporting.rows import COLUMNS
from tests.contract.api.running import World, problem
from tests.contract.api.test_uploads import settled, upload


async def a_run(world: World, *texts: str, alias: str = "a") -> str:
    """A run of two uploads over texts: one right on the first half, one without a last row."""
    await world.start_everything()
    await world.register_texts("texts", *texts)
    rows: list[dict[str, object]] = [
        {"entry_id": f"e{place}", "label": text[:1], "latency_s": 0.5, "confidence": 0.75}
        for place, text in enumerate(texts)
    ]
    usage: dict[str, object] = {"usage": {"n_input": 7, "n_output": 2}, "cost_usd": 0.25}
    await upload(world, "good", *(row | usage for row in rows))
    await upload(world, "poor", *(row | {"label": "=2+5"} for row in rows[:-1]))
    launched = await world.http.post(
        "/api/runs",
        json={"dataset": "texts", "models": ["upload/good", "upload/poor"], "alias": alias},
    )
    assert launched.status_code == 201, launched.text
    run_id = str(launched.json()["id"])
    assert (await settled(world, run_id))["status"] == "completed"
    return run_id


async def export(world: World, run_id: str, format_: str) -> httpx.Response:
    after = await world.scribe.log.last_seq()
    answer = await world.http.get(
        f"/api/runs/{run_id}/export", params={"format": format_, "after": after}
    )
    assert answer.status_code == 200, answer.text
    return answer


def json_lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]


async def test_every_format_says_the_same(world: World) -> None:
    """A row for each entry and contender, with what was asked, answered and scored."""
    run_id = await a_run(world, "aa", "-b", "'c")
    lines = json_lines((await export(world, run_id, "jsonl")).content)
    cells = list(csv.DictReader(io.StringIO((await export(world, run_id, "csv")).text)))
    answer = await export(world, run_id, "parquet")
    table = pq.read_table(io.BytesIO(answer.content))
    stored = table.to_pylist()

    assert [(each["entry_id"], each["model"]) for each in lines] == [
        (f"e{place}", f"upload/{name}") for place in range(3) for name in ("good", "poor")
    ]
    assert [each["input"] for each in lines] == ["aa", "aa", "-b", "-b", "'c", "'c"]
    assert [each.get("label") for each in lines] == ["a", "=2+5", "-", "=2+5", "'", None]
    assert lines[0]["scores"]["accuracy"] == 1.0
    assert lines[-1]["error"] == "no prediction was uploaded"
    assert [[*each] for each in (cells[0], stored[0])] == [[*COLUMNS], [*COLUMNS]]
    for name in ("entry_id", "input", "target", "label", "confidence", "n_input", "latency_s"):
        assert [each[name] for each in stored] == [each.get(name) for each in lines], name
    assert [json.loads(each["scores"]) for each in stored] == [each["scores"] for each in lines]
    assert answer.headers["content-disposition"].endswith('.parquet"')


async def test_no_cell_is_a_formula(world: World) -> None:
    """Whoever opens the file in a spreadsheet is safe from whoever made the data; numbers stay."""
    run_id = await a_run(world, "aa", "-b", "'c")
    cells = list(csv.DictReader(io.StringIO((await export(world, run_id, "csv")).text)))

    assert [each["label"] for each in cells] == ["a", "'=2+5", "'-", "'=2+5", "''", ""]
    assert [each["input"] for each in cells[::2]] == ["aa", "'-b", "''c"]
    assert {each["confidence"] for each in cells} == {"0.75", ""}


async def test_pages_are_joined_without_loss(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One page is in memory at once; the rows are the same however many there are."""
    run_id = await a_run(world, *(f"{each:03} text" for each in range(25)))
    whole = (await export(world, run_id, "jsonl")).content
    monkeypatch.setattr(pages, "_PAGE_ENTRIES", 4)
    paged = (await export(world, run_id, "jsonl")).content
    table = pq.read_table(io.BytesIO((await export(world, run_id, "parquet")).content))

    assert paged == whole
    assert len(json_lines(paged)) == 50
    assert table.num_rows == 50


async def test_every_eval_ever_has_an_aggregate_and_samples_a_contender(world: World) -> None:
    """The fields that its schema 0.3.0 requires, with digests that hold."""
    run_id = await a_run(world, "aa", "-b", "'c")
    archive = zipfile.ZipFile(io.BytesIO((await export(world, run_id, "every-eval-ever")).content))
    names = archive.namelist()
    assert archive.testzip() is None
    documents = {
        document["model_info"]["id"]: document
        for document in (json.loads(archive.read(n)) for n in names if n.endswith(".json"))
    }
    poor = documents["upload/poor"]
    detail = poor["detailed_evaluation_results"]
    samples = json_lines(archive.read(detail["file_path"]))
    first = next(each for each in samples if each.get("evaluation_result_id") == "accuracy")

    assert len(names) == 4
    assert detail["file_path"].startswith("data/texts/upload/poor/")
    assert detail["checksum"] == hashlib.sha256(archive.read(detail["file_path"])).hexdigest()
    assert detail["total_rows"] == len(samples)
    by_name = {each["evaluation_result_id"]: each for each in poor["evaluation_results"]}
    assert by_name["accuracy"]["score_details"]["score"] == 0.0
    assert by_name["accuracy"]["score_details"]["uncertainty"]["num_samples"] == 2
    assert first["input"] == {"raw": "aa", "reference": ["a"]}
    assert (first["output"], first["evaluation"]) == (
        {"raw": ["=2+5"]},
        {"score": 0.0, "is_correct": False},
    )
    assert first["performance"] == {"latency_ms": 500.0}
    assert samples[-1]["error"] == "unavailable: no prediction was uploaded"
    assert samples[-1]["output"] == {"raw": []}
    assert {each["evaluation_id"] for each in samples} == {poor["evaluation_id"]}


async def test_the_same_run_gives_the_same_bytes(world: World) -> None:
    """So that two copies can be told apart from two runs."""
    run_id = await a_run(world, "aa", "bb")
    for format_ in ("jsonl", "csv", "parquet", "every-eval-ever"):
        one = await export(world, run_id, format_)
        assert one.content == (await export(world, run_id[:8], format_)).content, format_


async def test_a_run_without_answers_is_written_out_empty(world: World) -> None:
    """CSV has its header, Parquet its columns: whoever reads them finds no rows, not no file."""
    await world.start_run_manager()
    await world.start_worker()
    await world.register_texts("texts", "aa")
    await upload(world, "net", {"entry_id": "e0", "label": "a"})
    asked = {"dataset": "texts", "models": ["upload/net"], "start_at": "2100-01-01T00:00:00Z"}
    launched = await world.http.post("/api/runs", json=asked)
    run_id = launched.json()["id"]

    assert (await export(world, run_id, "jsonl")).content == b""
    assert (await export(world, run_id, "csv")).text.strip() == ",".join(COLUMNS)
    table = pq.read_table(io.BytesIO((await export(world, run_id, "parquet")).content))
    assert (table.num_rows, table.column_names) == (0, list(COLUMNS))


async def test_an_export_that_cannot_be_meant_is_refused(world: World) -> None:
    """Before the first byte."""
    missing = "00000000-0000-7000-8000-000000000000"
    problem(await world.http.get(f"/api/runs/{missing}/export"), 404, "unknown-run")
    problem(await world.http.get(f"/api/runs/{missing}/export?format=xml"), 422, "invalid-request")


async def test_an_export_breaks_when_its_run_is_deleted_meanwhile(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not whole must not pass for one."""
    run_id = await a_run(world, *(f"{each:03} text" for each in range(25)))
    monkeypatch.setattr(pages, "_PAGE_ENTRIES", 4)
    rows = EntrySet.rows

    async def deleting(self: EntrySet, start: int, n: int) -> Any:
        monkeypatch.setattr(EntrySet, "rows", rows)
        deleted = await world.http.delete(f"/api/runs/{run_id}")
        await world.get("/api/runs", after=deleted.json()["seq"])
        return await rows(self, start, n)

    monkeypatch.setattr(EntrySet, "rows", deleting)
    with capture_logs() as logs, pytest.raises(httpx.RemoteProtocolError):
        await world.http.get(f"/api/runs/{run_id}/export")

    assert [each["event"] for each in logs if each["log_level"] == "error"] == ["request.failed"]
