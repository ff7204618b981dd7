"""Parameters, lineage and reviews through the command and the SDK, against the real stack."""

import json
from pathlib import Path

import pytest

from runoff import Client, ProblemError
from runoff.user import user_name
from runoff_contracts.answers import AnswerBody
from tests.unit.client.calling import Runoff

EVAL = """\
dataset: digits
models: [onnx/digits-mlp]
selection: {split: test, section: light}
params: {lr: 0.001, note: from the file}
"""


def test_a_runs_parameters_are_led_through_their_life(
    runoff: Runoff, client: Client, workplace: Path, run_id: str
) -> None:
    """From the file that it is launched from to the list of all that was changed since."""
    (workplace / "with_params.yaml").write_text(EVAL)
    options = ("--param", "lr=0.01", "--param", "warm=true", "--seed", "numpy=7", "--json")
    launched = runoff("run", "launch", "with_params.yaml", *options)
    assert launched.code == 0, launched.stderr
    new_id = str(launched.document["id"])

    changed = runoff("run", "params", "set", new_id, "lr=0.02", "--by", "me", "--json")
    runoff("run", "params", "unset", new_id, "note")
    outdated = runoff("run", "params", "set", new_id, "lr=1", "--at-version", "1")
    copied = client.params.copy(new_id, run_id, by="sdk")
    reset = runoff("run", "params", "reset", new_id, "--json")
    saved = runoff("run", "params", "download", new_id, "-o", "params.json")
    history = client.params.history(new_id).items

    assert changed.document["params"] == {"lr": 0.02, "note": "from the file", "warm": True}
    assert reset.document["params"] == {"lr": 0.01, "note": "from the file", "warm": True}
    assert outdated.code == 1
    assert "params.lr: now 0.02, asked for 1" in outdated.stderr
    assert saved.code == 0
    assert json.loads((workplace / "params.json").read_text()) == reset.document["params"]
    assert client.params.show(run_id, after=copied.seq).params == {"lr": 0.02, "warm": True}
    assert [(each.params_version, each.how) for each in history] == [
        (4, "reset"),
        (3, "edited"),
        (2, "edited"),
        (1, "launched"),
    ]
    assert [each.by for each in history[1:3]] == [user_name(), "me"]
    shown = runoff("run", "show", new_id)
    assert "params lr=0.01, note=from the file, warm=true" in shown.stdout
    assert "runoff run launch" in shown.stdout
    lineage = client.runs.lineage(new_id).lineage
    assert lineage is not None
    assert (lineage.seeds, set(lineage.files)) == ({"numpy": 7}, {"with_params.yaml"})
    assert "pydantic" in lineage.packages


def test_a_launch_takes_over_parameters_and_may_say_nothing_of_itself(
    runoff: Runoff, client: Client, run_id: str
) -> None:
    """By the option; the SDK has the same by `lineage=False`."""
    client.params.replace(run_id, {"a": 1, "b": "two"})
    options = ("--dataset", "digits", "--model", "onnx/digits-mlp", "--section", "light")
    more = ("--params-from", run_id, "--param", "a=2", "--no-lineage", "--json")
    launched = runoff("run", "launch", *options, *more)
    assert launched.code == 0, launched.stderr

    document = launched.document
    view = client.runs.show(str(document["id"]), after=int(str(document["seq"])))
    assert (view.params, view.lineage) == ({"a": 2, "b": "two"}, None)


def test_answers_are_reviewed_by_command_and_sdk(
    runoff: Runoff, client: Client, run_id: str
) -> None:
    """What is undone counts no more, and what is wrong is a sentence."""
    first, second, third = (each.entry_id for each in client.runs.entries(run_id, limit=3).items)

    approved = runoff("run", "review", run_id, first, second, "--approve", "--contender", "0")
    client.reviews.edit(run_id, third, AnswerBody(label="7"), contender=0, by="sdk")
    runoff("run", "review", run_id, second, "--clear", "--contender", "0", "--by", "me")
    wrong = runoff("run", "review", run_id, first, "--edit", "no digit", "--contender", "0")
    with pytest.raises(ProblemError) as refused:
        client.reviews.approve(run_id, first)

    assert approved.code == 0, approved.stderr
    assert "2 answers approved." in approved.stdout
    assert wrong.code == 1
    assert "no digit" in wrong.stderr
    assert refused.value.name == "contender-missing"
    run = client.runs.show(run_id)
    assert (run.contenders[0].n_approved, run.contenders[0].n_rejected) == (1, 1)
    assert run.contenders[0].approval_rate == 0.5
    listed = runoff("run", "entries", run_id, "--review", "rejected", "--json").document
    assert isinstance(listed["items"], list)
    assert [each["entry_id"] for each in listed["items"]] == [third]
    words = runoff("run", "entry", run_id, third)
    assert "rejected" in words.stdout
    assert "sdk" in words.stdout
