"""The command at its edges: exit codes, and where words go. No server is needed."""

from pathlib import Path

import pytest

from tests.unit.client.calling import Runoff, command_in

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def runoff(tmp_path: Path) -> Runoff:
    """The command in an empty folder."""
    return command_in(tmp_path, {})


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run", "launch", "--dataset", "d"],
        ["run", "launch", "--dataset", "d", "--model", "onnx/a", "--label", "x"],
        ["run", "launch", "--dataset", "d", "--model", "onnx/a", "--start-at", "tomorrow"],
        ["run", "launch", "--dataset", "d", "--model", "onnx/a", "--max-failed", "some"],
        ["run", "launch", "--dataset", "d", "--model", "onnx/a", "--scorer", "f1@0"],
        ["run", "entries", "r", "--sort", "beauty"],
        ["run", "list", "--group-by", "alias", "--order-by", "alias"],
        ["run", "edit", "r"],
        ["run", "launch", "--dataset", "d", "--model", "onnx/a", "--param", "x"],
        ["run", "launch", "--dataset", "d", "--model", "onnx/a", "--seed", "numpy=x"],
        ["run", "params", "set", "r", "x"],
        ["run", "review", "r", "e"],
        ["run", "review", "r", "e", "--approve", "--reject"],
        ["run", "review", "r", "e", "--approve", "--edit", "x"],
        ["run", "report", "r", "--by", "color"],
        ["model", "add", "openai/terse"],
        ["no-such-noun"],
    ],
)
def test_wrong_usage_ends_with_2(runoff: Runoff, arguments: list[str]) -> None:
    """A script tells a typing error from a failure."""
    assert runoff(*arguments).code == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["net-7", "a.csv"], "runoff predictions add a.csv --name net-7"),
        (["net-7", "--live", "--task", "text"], "runoff predictions add --live --name net-7"),
        (["a.csv"], "--name"),
        (["a.csv", "--name", "net-7", "--live", "--task", "text"], "a live model has no file"),
        (["--name", "net-7", "--live", "--task", "text", "--dataset", "d"], "--dataset"),
        (["--name", "net-7"], "the predictions are missing"),
    ],
)
def test_predictions_are_named_as_datasets_and_models_are(
    runoff: Runoff, arguments: list[str], says: str
) -> None:
    """Whoever knows the order of before is told that of today."""
    done = runoff("predictions", "add", *arguments)

    assert done.code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run", "list", "--url", NOWHERE, "--json"], "runoff up"),
        (["dataset", "add", "gone", "--name", "x"], "gone does not exist"),
        (["model", "add", "m.onnx", "--name", "onnx/m", "--spec", "gone.json"], "gone.json"),
        (["run", "launch", "gone.yaml"], "gone.yaml cannot be read"),
        (["run", "launch", "--dataset", "d", "--model", "onnx/a", "--sleep", "-1"], "sleep_s"),
        (["model", "add", "openai/m", "--spec", "gone.yaml"], "gone.yaml cannot be read"),
        (["run", "launch", "--dataset", "d", "--model", "a/b", "--max-cost-usd", "-1"], "max_cost"),
        (["run", "delete", "r", "--url", NOWHERE], "add --yes"),
    ],
)
def test_an_error_is_a_sentence_on_standard_error_and_1(
    runoff: Runoff, arguments: list[str], says: str
) -> None:
    """Standard output stays empty for whoever parses it, and nobody reads a traceback."""
    done = runoff(*arguments)

    assert (done.code, done.stdout) == (1, "")
    assert says in done.stderr


@pytest.mark.parametrize("command", [[], ["run"], ["compare"], ["run", "launch"], ["run", "show"]])
def test_help_shows_a_switch_as_something_that_takes_no_value(
    runoff: Runoff, command: list[str]
) -> None:
    """`--json <bool>` would be read as `--json true`, which is an error."""
    done = runoff(*command, "--help")

    assert done.code == 0
    assert "--help" in done.stdout
    assert "<bool>" not in done.stdout
