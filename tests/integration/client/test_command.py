"""The command against the real stack."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from runoff import Client
from tests.integration.client.conftest import COMMAND, TIMEOUT_S
from tests.unit.client.calling import Runoff

EVAL = """\
dataset: digits
models: [onnx/digits-mlp]
selection: {split: test, section: light}
labels: {purpose: test}
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ("dataset", "list"),
        ("dataset", "show", "digits"),
        ("model", "list"),
        ("model", "show", "onnx/digits-mlp"),
        ("run", "list"),
        ("run", "list", "--filter", "metrics.accuracy > 0.1", "--order-by", "metrics.accuracy"),
        ("run", "list", "--search", "digits", "--group-by", "model", "--metric", "accuracy"),
        ("run", "show", "{run}"),
        ("run", "watch", "{run}"),
        ("run", "entries", "{run}"),
        ("run", "report", "{run}"),
        ("run", "params", "show", "{run}"),
        ("run", "lineage", "{run}"),
        ("run", "params", "history", "{run}"),
        ("scorer", "list", "--task", "text"),
        ("compare", "{run}"),
        ("health",),
    ],
    ids=" ".join,
)
def test_every_reading_command_prints_words_or_one_document(
    runoff: Runoff, run_id: str, arguments: tuple[str, ...]
) -> None:
    """With --json nothing else is on standard output."""
    filled = [each.format(run=run_id) for each in arguments]

    words, document = runoff(*filled), runoff(*filled, "--json")

    assert (words.code, document.code) == (0, 0), words.stderr + document.stderr
    assert words.stdout.strip()
    assert document.document


def test_a_run_is_launched_from_a_file_and_watched_to_its_end(
    runoff: Runoff, workplace: Path, run_id: str
) -> None:
    """Options win over the file, which says the rest."""
    (workplace / "eval.yaml").write_text(EVAL)

    done = runoff("run", "launch", "eval.yaml", "--section", "heavy", "--watch", "--json")

    assert done.code == 0, done.stderr
    view = done.document
    assert view["status"] == "completed"
    assert view["n_scored"] == view["n_entries"]
    assert view["labels"] == {"purpose": "test"}
    assert isinstance(view["selection"], dict)
    assert (view["selection"]["split"], view["selection"]["section"]) == ("test", "heavy")


def test_what_a_person_wrote_is_shown_and_never_obeyed(runoff: Runoff, run_id: str) -> None:
    """An alias that clears the screen must not."""
    hostile = "\x1b[2J\x9b31mboo[red]"
    options = ("--dataset", "digits", "--model", "onnx/digits-mlp", "--split", "test")
    launched = runoff("run", "launch", *options, "--alias", hostile, "--json").document

    done = runoff("run", "show", str(launched["id"]))

    assert done.code == 0, done.stderr
    assert "\\x1b[2J\\x9b31mboo[red]" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("run", "show", "00000000-0000-7000-8000-000000000000"), "00000000"),
        (("run", "launch", "--dataset", "nothing", "--model", "onnx/digits-mlp"), "nothing"),
        (("run", "launch", "--dataset", "digits", "--model", "onnx/nothing"), "onnx/nothing"),
        (("dataset", "show", "nothing"), "nothing"),
        (("model", "show", "onnx/nothing"), "onnx/nothing"),
        (("run", "list", "--filter", "metrics.accuracy >"), "filter"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, tuple) else "",
)
def test_what_the_server_refuses_is_said_in_a_sentence(
    runoff: Runoff, run_id: str, arguments: tuple[str, ...], says: str
) -> None:
    """With what was wrong, on standard error, and 1."""
    done = runoff(*arguments)

    assert (done.code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert says in done.stderr


def test_wrong_rows_are_named_by_the_server_with_their_lines(
    runoff: Runoff, workplace: Path
) -> None:
    """What only the server checks comes back as if it had been checked here."""
    rows = [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}, {"text": "z"}]
    path = workplace / "bad.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    done = runoff("dataset", "add", str(path), "--name", "bad")

    assert done.code == 1
    assert ":2: " in done.stderr
    assert ":3: " in done.stderr
    assert runoff("dataset", "show", "bad").code == 1


def test_a_file_that_is_no_onnx_is_refused(runoff: Runoff, workplace: Path) -> None:
    """A worker tries to load it before it becomes a version."""
    (workplace / "no.onnx").write_bytes(b"no model")
    spec = {"labels": ["a", "b"], "input": {"size": [8, 8]}}
    (workplace / "no.json").write_text(json.dumps(spec))

    done = runoff("model", "add", "no.onnx", "--name", "onnx/no", "--spec", "no.json")

    assert (done.code, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: The file is no ONNX model")
    assert runoff("model", "show", "onnx/no").code == 1


def test_an_entry_that_failed_says_why(runoff: Runoff, workplace: Path, run_id: str) -> None:
    """One broken image must not stop a run, and whoever looks for it finds it."""
    folder = workplace / "broken"
    folder.mkdir()
    (folder / "no.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (folder / "manifest.csv").write_text("id,file,target\nbroken-one,no.png,1\n")
    added = runoff("dataset", "add", str(folder), "--name", "broken")
    options = ("--dataset", "broken", "--model", "onnx/digits-mlp", "--watch", "--json")
    launched = runoff("run", "launch", *options).document

    done = runoff("run", "entries", str(launched["run_id"]), "--status", "failed")

    assert added.stdout == "Dataset broken@1: 1 entry.\n", added.stderr
    assert "broken-one" in done.stdout
    assert "bad_entry: " in done.stdout


def test_a_run_can_be_canceled_and_deleted(runoff: Runoff, run_id: str, client: Client) -> None:
    """A slow run ends within a second or so; a deleted one is in no list."""
    options = ("--dataset", "digits", "--model", "onnx/digits-mlp", "--sleep", "5")
    launched = str(runoff("run", "launch", *options, "--json").document["id"])

    canceled = runoff("run", "cancel", launched, "--json")
    deleted = runoff("run", "delete", launched, "--yes", "--json")

    assert canceled.document["status"] == "canceled"
    assert deleted.code == 0, deleted.stderr
    assert runoff("run", "show", launched).code == 1


def test_a_run_is_paused_edited_and_resumed(runoff: Runoff, run_id: str) -> None:
    """Each command shows the run as it is then."""
    options = ("--dataset", "digits", "--model", "onnx/digits-mlp", "--sleep", "0.05")
    launched = str(runoff("run", "launch", *options, "--json").document["id"])

    paused = runoff("run", "pause", launched, "--json")
    edited = runoff("run", "edit", launched, "--alias", "slow", "--label", "a=b", "--json")
    resumed = runoff("run", "resume", launched, "--json")
    runoff("run", "cancel", launched)

    assert paused.document["status"] == "paused", paused.stderr
    assert (edited.document["alias"], edited.document["labels"]) == ("slow", {"a": "b"})
    assert resumed.document["status"] in {"pending", "running"}


def test_a_run_is_scored_anew_in_a_run_of_its_own(runoff: Runoff, run_id: str) -> None:
    """Its answers are those of the old one; where none failed there is nothing to ask anew."""
    scored = runoff("run", "rescore", run_id, "--scorer", "accuracy", "--watch", "--json")
    retried = runoff("run", "retry", run_id, "--timeout", "9")

    assert scored.code == 0, scored.stderr
    assert scored.document["answers_from"] == {"run_id": run_id, "what": "all"}
    assert (retried.code, retried.stdout) == (1, "")
    assert retried.stderr.startswith("Error: ")


def test_a_dataset_of_boxes_shows_them_in_a_line(runoff: Runoff, workplace: Path) -> None:
    """A wrong one is named by its line before it can spoil a run."""
    box = {"label": "cat", "x": 1, "y": 2, "width": 3, "height": 4}
    good, bad = workplace / "boxes.jsonl", workplace / "bad-boxes.jsonl"
    good.write_text(json.dumps({"id": "a", "text": "t", "target": [box]}) + "\n")
    bad.write_text(json.dumps({"id": "a", "text": "t", "target": "cat"}) + "\n")

    added = runoff("dataset", "add", str(good), "--name", "boxes", "--task", "detection")
    refused = runoff("dataset", "add", str(bad), "--name", "bad-boxes", "--task", "detection")

    assert added.code == 0, added.stderr
    assert refused.code == 1
    assert ":1: target: " in refused.stderr
    assert "looks like" in refused.stderr


def test_a_rebuild_gives_equal_tables(runoff: Runoff, run_id: str) -> None:
    """The log is the truth, and this shows it."""
    done = runoff("rebuild", "--json")

    assert done.code == 0, done.stderr
    view = done.document
    assert view["state"] == "swapped"
    assert isinstance(view["tables"], dict)
    assert view["tables"]
    assert all(check["equal"] for check in view["tables"].values())


def test_ctrl_c_ends_with_130(environment: Mapping[str, str], workplace: Path, run_id: str) -> None:
    """As a shell expects of a program that was interrupted.

    Pressed again where it does not end, as people do: an interrupt that falls into the import of a
    module, or into a finalizer, is lost in Python.
    """
    command = [*COMMAND, "events", "tail", "--after", "0", "--json"]
    with subprocess.Popen(
        command,
        cwd=workplace,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        for _ in range(TIMEOUT_S // 5):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=5)
                break

    assert process.returncode == 130
