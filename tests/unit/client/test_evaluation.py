"""The file that a run is launched from."""

from pathlib import Path

import pytest

from runoff.cli.launch import merged
from runoff.errors import InvalidInput
from runoff.evaluation import Evaluation, schema

COMMITTED = Path(__file__).parents[3] / "docs" / "eval.schema.json"


def read(tmp_path: Path, text: str) -> Evaluation:
    path = tmp_path / "eval.yaml"
    path.write_text(text, "utf-8")
    return Evaluation.read(path)


def test_the_committed_schema_is_that_of_the_code() -> None:
    """Editors check files against it. Make it anew: runoff run schema > docs/eval.schema.json"""
    assert COMMITTED.read_text("utf-8") == schema()


def test_a_file_says_all_that_options_can(tmp_path: Path) -> None:
    """Everything is in version control then."""
    asked = read(
        tmp_path,
        "dataset: digits@2\nmodels: [onnx/a, onnx/b@3]\nselection: {split: test}\n"
        "config: {batch_size: 8, sleep_s: 0.5}\npriority: high\nlabels: {lr: 0.001, 7: seven}\n",
    )

    assert asked.models == ["onnx/a", "onnx/b@3"]
    assert asked.config.batch_size == 8
    assert asked.labels == {"lr": "0.001", "7": "seven"}


def test_parameters_keep_their_types_in_a_file(tmp_path: Path) -> None:
    """Labels become texts there, and parameters must not."""
    start = "dataset: d\nmodels: [a/b]\n"
    asked = read(tmp_path, start + "params: {lr: 0.001, warm: true, n: 3, who: me}\ntemplate: r\n")

    assert asked.params == {"lr": 0.001, "warm": True, "n": 3, "who": "me"}
    assert [type(each) for each in asked.params.values()] == [float, bool, int, str]
    with pytest.raises(InvalidInput, match=r"params\.when: a parameter is true, false"):
        read(tmp_path, start + "params: {when: 2026-11-21}\n")


def test_limits_scorers_and_start_stand_in_the_file(tmp_path: Path) -> None:
    """A scorer's name alone will do; a time needs its offset, as files travel between zones."""
    asked = read(
        tmp_path,
        "dataset: d\nmodels: [a/b]\nstart_at: 2026-11-21T20:00:00+01:00\n"
        "scorers: [f1, {name: within, params: {px: 5}}]\n"
        "config: {max_cost_usd: 2.5, max_failed: 0.1, cache: true, requests_per_minute: 60}\n",
    )

    assert [(each.name, each.params) for each in asked.scorers or []] == [
        ("f1", {}),
        ("within", {"px": 5}),
    ]
    assert asked.start_at is not None
    assert asked.start_at.isoformat() == "2026-11-21T20:00:00+01:00"
    assert (asked.config.max_cost_usd, asked.config.max_failed, asked.config.cache) == (
        2.5,
        0.1,
        True,
    )
    with pytest.raises(InvalidInput, match="start_at"):
        read(tmp_path, "dataset: d\nmodels: [a/b]\nstart_at: 2026-11-21T20:00:00\n")


def test_every_wrong_field_is_named(tmp_path: Path) -> None:
    """A typing error in a name would otherwise be silence."""
    with pytest.raises(InvalidInput) as caught:
        read(tmp_path, "dataset: x\nmodels: []\nconfig: {sleep_s: -1, batchsize: 3}\n")

    fields = {each.field for each in caught.value.errors}
    assert fields == {"models", "config.sleep_s", "config.batchsize"}


@pytest.mark.parametrize("text", ["a: [", "- just\n- a list\n", "", "!!python/object:os.system {}"])
def test_what_is_no_yaml_mapping_is_said_to_be(tmp_path: Path, text: str) -> None:
    """And nothing in it is ever executed."""
    with pytest.raises(InvalidInput):
        read(tmp_path, text)


def test_options_win_over_the_file_field_by_field() -> None:
    """`--split` must not undo the file's section, nor an option left out its value."""
    base: dict[str, object] = {"dataset": "a", "selection": {"section": "s"}, "alias": "x"}
    over: dict[str, object] = {
        "dataset": "b",
        "selection": {"split": "test", "section": None},
        "alias": None,
        "config": {"retries": None},
    }

    assert merged(base, over) == {
        "dataset": "b",
        "selection": {"section": "s", "split": "test"},
        "alias": "x",
    }
