"""Past work through the command and the SDK, against the real stack."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from runoff import Client, InvalidInput, ProblemError
from runoff_testkit.waiting import wait_until
from tests.integration.client.conftest import COMMAND, TIMEOUT_S
from tests.unit.client.calling import Runoff

PAST = Path(__file__).parents[2] / "unit" / "client" / "past"
N = 60


def write_answers(path: Path, name: str, every: int) -> Path:
    """Answers to the parity of numbers; every so many is wrong, and the last entry failed."""
    with (path / f"{name}.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["number", "question", "truth", "guess", "error", "confidence", "part"])
        for number in range(N):
            truth = ("even", "odd")[number % 2]
            guess = truth if number % every else "=neither"
            failed = number == N - 1
            writer.writerow(
                [
                    f"n{number}",
                    f"Is {number} even?",
                    truth,
                    "" if failed else guess,
                    "gave up" if failed else "",
                    "" if failed else 0.75,
                    "low" if number < 10 else "high",
                ]
            )
    return path / f"{name}.csv"


MAPPED = [
    f"--map={pair}"
    for pair in ("number=id", "question=input", "truth=target", "guess=label", "part=section")
]


@pytest.fixture(scope="module")
def imported(runoff: Runoff, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Two files of one person's past work, imported by one command."""
    folder = tmp_path_factory.mktemp("past")
    files = [str(write_answers(folder, name, every)) for name, every in (("a", 3), ("b", 5))]
    done = runoff("import", *files, *MAPPED, "--dataset", "parity", "--json")
    assert done.code == 0, done.stderr
    return dict(done.document)


def test_several_files_are_compared_in_one_run(client: Client, imported: dict[str, Any]) -> None:
    """With the accuracy that the files say, and the failure where they say one."""
    run = client.runs.show(imported["run_id"])
    wrong = [len([n for n in range(N - 1) if n % every == 0]) for every in (3, 5)]

    assert imported["dataset"] == "parity@1"
    assert imported["models"] == ["upload/a@1", "upload/b@1"]
    assert [each.accuracy for each in run.contenders] == [
        pytest.approx((N - 1 - each) / (N - 1)) for each in wrong
    ]
    assert [each.n_failed for each in run.contenders] == [1, 1]
    document = client.comparisons.of_run(run.run_id).document
    assert imported["comparison_digest"] == client.comparisons.of_run(run.run_id).digest
    assert [each.value for each in document.primary.estimates] == [
        each.accuracy for each in run.contenders
    ]


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_an_exported_run_can_be_imported_with_the_same_scores(
    runoff: Runoff, client: Client, imported: dict[str, Any], tmp_path: Path, suffix: str
) -> None:
    """The same entries make no new version, and every contender is itself again."""
    file = tmp_path / f"run.{suffix}"
    saved = runoff("run", "export", imported["run_id"], "-o", str(file), "--json")
    assert saved.code == 0, saved.stderr
    done = runoff("import", str(file), "--json")
    assert done.code == 0, done.stderr
    before, after = (
        client.comparisons.of_run(str(each["run_id"])).document
        for each in (imported, done.document)
    )

    assert saved.document["n_bytes"] == file.stat().st_size
    assert done.document["dataset"] == imported["dataset"]
    assert [each.model for each in after.contenders] == ["upload/a", "upload/b"]
    assert after.primary.estimates == before.primary.estimates
    assert [(each.difference, each.p_value) for each in after.primary.pairs] == [
        (each.difference, each.p_value) for each in before.primary.pairs
    ]


def test_an_export_replaces_a_file_only_when_it_is_whole(
    runoff: Runoff, imported: dict[str, Any], tmp_path: Path
) -> None:
    """A run that is not there leaves the file of before, and nothing beside it."""
    file = tmp_path / "run.zip"
    file.write_text("before")
    missing = runoff("run", "export", "00000000-0000-7000-8000-000000000000", "-o", str(file))
    unknown = runoff("run", "export", "last", "-o", str(tmp_path / "run.xml"))

    assert (missing.code, unknown.code) == (1, 1)
    assert file.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["run.zip"]
    done = runoff("run", "export", imported["run_id"], "-o", str(file))
    assert done.code == 0, done.stderr
    assert len(zipfile.ZipFile(file).namelist()) == 4


def test_predictions_are_added_and_added_to(runoff: Runoff, client: Client, tmp_path: Path) -> None:
    """Rows that come later make a version with all of them."""
    file = tmp_path / "some.jsonl"
    file.write_text('{"id": "a", "label": "x"}\n{"id": "b", "label": "y"}\n')
    first = runoff("predictions", "add", str(file), "--name", "grown", "--json")
    file.write_text('{"id": "b", "label": "y"}\n{"id": "c", "label": "z"}\n')
    more = runoff("predictions", "add", str(file), "--name", "grown", "--append", "--json")

    assert (first.code, more.code) == (0, 0), first.stderr + more.stderr
    assert (more.document["number"], more.document["n_answers"], more.document["n_new"]) == (
        2,
        3,
        1,
    )
    assert client.models.show("upload/grown").versions[0].number == 2


def test_the_sdk_takes_rows_as_they_come(client: Client) -> None:
    """From a generator, however many."""

    def rows() -> Iterator[dict[str, object]]:
        for number in range(3000):
            yield {"entry_id": f"e{number}", "label": "x"}

    added = client.predictions.upload("streamed", rows(), task="classification")

    assert (added.id, added.n_answers) == ("upload/streamed@1", 3000)
    with pytest.raises(ProblemError) as refused:
        client.predictions.upload("streamed", [{"entry_id": "a"}], task="text")
    assert [(each.line, each.field) for each in refused.value.problem.errors] == [(1, "text")]
    with pytest.raises(InvalidInput, match="is no JSON"):
        client.predictions.upload("streamed", [{"entry_id": object()}], task="text")


def test_a_log_of_inspect_becomes_a_dataset_and_a_model(runoff: Runoff, client: Client) -> None:
    """Under the names that the log has."""
    done = runoff("import", str(PAST / "letters.eval"), "--no-run", "--json")
    assert done.code == 0, done.stderr
    entries = client.datasets.entries("letters").items

    assert done.document["dataset"] == "letters@1"
    assert done.document["models"] == ["upload/mockllm-model@1"]
    assert [(each.id, each.target) for each in entries] == [("m0", "A"), ("m1", "B"), ("m2", "C")]
    spec = client.models.show("upload/mockllm-model").versions[0].spec
    assert (spec["task"], spec["made_by"]) == ("text", "mockllm/model")


def test_what_is_wrong_is_said_and_nothing_is_left_behind(
    runoff: Runoff, client: Client, tmp_path: Path
) -> None:
    """By file and line, with exit code 1."""
    file = tmp_path / "bad.jsonl"
    rows = [
        {"id": "a", "input": "?", "target": "x", "label": "x"},
        {"id": "a", "input": "?", "target": "x", "label": "y"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = runoff("import", str(file), "--dataset", "never")

    assert done.code == 1
    assert "'a' is the id of line 1 too" in done.stderr
    with pytest.raises(ProblemError, match="never"):
        client.datasets.show("never")


def test_rows_that_match_no_entry_are_told_of(runoff: Runoff, tmp_path: Path) -> None:
    """A file with other ids than the dataset's would else be a run without answers, and no word."""
    entries, file = tmp_path / "entries.jsonl", tmp_path / "strange.jsonl"
    entries.write_text('{"id": "a", "text": "1", "target": "x"}\n')
    file.write_text('{"id": "a", "label": "x"}\n{"id": "A.png", "label": "y"}\n')
    words = "1 of 2 rows matches no entry of the dataset: 'A.png'"
    assert runoff("dataset", "add", str(entries), "--name", "strangers").code == 0

    given = ("--name", "strange", "--dataset", "strangers")
    added = runoff("predictions", "add", str(file), *given)
    launched = runoff("run", "launch", "--dataset", "strangers", "--model", "upload/strange")
    nowhere = runoff("predictions", "add", str(file), "--name", "strange", "--dataset", "nobody")

    assert (added.code, added.stderr.strip()) == (0, f"Warning: {words}")
    assert (launched.code, launched.stderr.strip()) == (0, f"Warning: upload/strange: {words}")
    assert nowhere.code == 1
    assert "nobody" in nowhere.stderr


def test_a_push_that_is_broken_off_says_what_stays(
    runoff: Runoff, client: Client, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    """Ctrl-C is no error of the run's: what was pushed is there, and the rest may follow."""
    entries = tmp_path / "entries.jsonl"
    entries.write_text("".join(f'{{"id": "e{n}", "text": "1"}}\n' for n in range(30)))
    rows = [f'{{"entry_id": "e{n}", "label": "x"}}\n' for n in range(30)]
    assert runoff("dataset", "add", str(entries), "--name", "broken-off").code == 0
    added = runoff("predictions", "add", "--name", "slow", "--live", "--task", "classification")
    assert added.code == 0, added.stderr
    run = client.runs.launch(dataset="broken-off", models=["upload/slow"])
    client.runs.show(run.id, after=run.seq)

    def pushed() -> int | None:
        return client.runs.show(run.id).contenders[0].n_uploaded

    arguments = ("predictions", "push", run.id, "-", "--batch-rows", "10")
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write("".join(rows[:25]))
    process.stdin.flush()
    wait_until(lambda: pushed() == 20, deadline_s=60, what="two batches")
    process.send_signal(signal.SIGINT)
    process.wait(TIMEOUT_S)
    assert process.stderr is not None
    said = process.stderr.read()

    assert (process.returncode, "Traceback" in said) == (130, False), said
    assert "20 rows were pushed and stay" in said
    assert pushed() == 20
    client.predictions.push(run.id, (json.loads(row) for row in rows))
    *_, settled = client.runs.watch(run.id)
    assert (settled.status, settled.n_failed) == ("completed", 0)
