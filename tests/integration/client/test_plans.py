"""`runoff plan`, and runs that are watched or stop: the command against the real stack."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runoff import Client
from runoff_contracts.run_config import RunConfig
from tests.integration.client.conftest import COMMAND, TIMEOUT_S
from tests.unit.client.calling import Runoff

PLAN = """\
title: Does the hidden layer pay?
hypothesis: It is right more often.
dataset: digits
selection: {split: test}
metric: accuracy
margin: 0.05
stopping: {when_decided: {min_entries: 20}}
"""


def models_of(client: Client, run_id: str) -> list[str]:
    return [each.model for each in client.runs.show(run_id).contenders]


def test_a_plan_is_sealed_from_a_file_and_its_run_is_watched(
    runoff: Runoff, workplace: Path, run_id: str, client: Client
) -> None:
    """Selection and rule come from the plan; the last words are the verdict and why it stopped."""
    (workplace / "plan.yaml").write_text(PLAN)
    models = [part for name in models_of(client, run_id) for part in ("--model", name)]

    sealed = runoff("plan", "seal", "plan.yaml", *models, "--json")
    assert sealed.code == 0, sealed.stderr
    digest = str(sealed.document["id"])
    again = runoff("plan", "seal", "plan.yaml", *models)
    shown, listed = runoff("plan", "show", digest[7:17]), runoff("plan", "list")
    assert "Sealed before, word for word" in again.stdout
    assert "Does the hidden layer pay?" in shown.stdout
    assert "when decided" in shown.stdout
    assert digest[7:19] in listed.stdout

    done = runoff("run", "launch", "--dataset", "digits", *models, "--plan", digest, "--watch")
    assert done.code == 0, done.stderr
    view = client.runs.list(limit=1).items[0]
    assert view.plan == digest
    assert view.selection is not None
    assert view.selection.split == "test"
    assert f"under plan {digest[7:19]}" in done.stdout
    assert (view.n_planned is not None) == ("Stopped when decided" in " ".join(done.stdout.split()))


def test_a_plan_is_sized_in_a_sentence_and_a_table(runoff: Runoff, run_id: str) -> None:
    """By hand, from a run, and the other way round."""
    words = runoff("plan", "size", "--difference", "0.02", "--discordance", "0.1")
    document = runoff("plan", "size", "--entries", "400", "--from-run", run_id, "--json")
    half = runoff("plan", "size", "--difference", "0.02")

    assert words.code == 0, words.stderr
    assert "2,060 entries are needed" in words.stdout
    assert "2.00 points" in words.stdout
    assert document.document["from_run"] == run_id
    assert half.code == 2
    assert "give one of --discordance, --sd and --from-run" in half.stderr


def test_a_plan_that_is_none_is_said_field_by_field(runoff: Runoff, workplace: Path) -> None:
    """Nothing is sent; what is sealed cannot be mended."""
    (workplace / "wrong.yaml").write_text("title: x\nmetric: accuracy\nmargin: -1\ncolour: red\n")

    done = runoff("plan", "seal", "wrong.yaml")

    assert done.code == 1
    assert all(name in done.stderr for name in ("dataset", "margin", "colour"))


def test_ctrl_c_leaves_the_run_going_and_says_so(
    environment: Mapping[str, str], workplace: Path, run_id: str, client: Client
) -> None:
    """Who watches is not who asked."""
    slow = client.runs.launch(
        dataset="digits", models=models_of(client, run_id), config=_slow(), alias="slow"
    )
    command = [*COMMAND, "run", "watch", slow.id]
    with subprocess.Popen(
        command,
        cwd=workplace,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        for _ in range(TIMEOUT_S // 5):
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                said += process.communicate(timeout=5)[1]
                break
    view = client.runs.show(slow.id)
    client.runs.cancel(slow.id)

    assert process.returncode == 130, said
    assert f"The run goes on. Follow it again: runoff run watch {slow.id}" in said
    assert not view.status.settled


def _slow() -> RunConfig:
    return RunConfig(sleep_s=0.2, batch_size=1)
