"""Orders are checked at the door; what they ask for is what a run can do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from runoff_contracts.commands import (
    MAX_CONTENDERS,
    Accepted,
    CancelRun,
    CreateRun,
    Refused,
    Reply,
)
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import problem
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.tensors import ImageInput

RUN = "01936f2a-7c40-7b1e-9d53-0a4f6c2e8b17"
ORDER: dict[str, Any] = {
    "command_id": "c-1",
    "sent_at": datetime(2026, 11, 21, tzinfo=UTC),
    "run_id": RUN,
    "dataset": "digits",
    "models": ["onnx/a"],
}


def test_an_order_may_leave_out_what_has_a_default() -> None:
    """A run of one model over a dataset is said in four words."""
    order = CreateRun.model_validate(ORDER)

    assert (order.priority, order.config.batch_size, order.selection) == ("normal", 32, None)
    assert CreateRun.model_validate_json(order.model_dump_json()) == order


@pytest.mark.parametrize(
    "wrong",
    [
        {"modles": ["onnx/a"]},
        {"models": []},
        {"models": ["onnx/a"] * (MAX_CONTENDERS + 1)},
        {"priority": "urgent"},
        {"run_id": "7"},
        {"sent_at": datetime(2026, 11, 21)},
        {"labels": {str(number): "x" for number in range(51)}},
        {"config": {"sleep_s": -1}},
        {"command_id": ""},
        {"command_id": "two\r\nlines"},
        {"command_id": "umläut"},
    ],
)
def test_an_order_that_is_not_well_formed_is_refused(wrong: dict[str, Any]) -> None:
    """Before anything is decided on it."""
    with pytest.raises(ValidationError):
        CreateRun.model_validate({**ORDER, **wrong})


@pytest.mark.parametrize(
    "wrong",
    [
        {"batch_size": 0},
        {"batch_size": 1025},
        {"sleep_s": -0.1},
        {"sleep_s": float("nan")},
        {"sleep_s": float("inf")},
        {"concurrency": 0},
        {"retries": -1},
        {"timeout_s": 0},
        {"timeout_s": 3601},
        {"batchsize": 1},
    ],
)
def test_a_pace_that_no_worker_can_keep_is_refused(wrong: dict[str, Any]) -> None:
    """A misspelt field is refused too: the default would be taken in silence."""
    with pytest.raises(ValidationError):
        RunConfig.model_validate(wrong)


def test_a_reply_is_one_of_two() -> None:
    """The asker sees at one field whether anything happened."""
    accepted = Reply(outcome=Accepted(seq=7, data={"run_id": RUN}))
    refused = Reply(outcome=Refused(problem=problem("unknown-run", "There is no such run", 404)))

    for reply in (accepted, refused):
        assert Reply.model_validate_json(reply.model_dump_json()) == reply
    assert json.loads(refused.model_dump_json())["outcome"]["problem"]["type"] == (
        "urn:runoff:problem:unknown-run"
    )


def test_a_reason_is_bounded() -> None:
    """It is stored in the log for ever."""
    with pytest.raises(ValidationError):
        CancelRun(command_id="c", sent_at=ORDER["sent_at"], run_id=RUN, reason="x" * 501)


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": [0, 8]},
        {"size": [8, 5000]},
        {"size": [8]},
        {"color": "L", "mean": [0.1, 0.2, 0.3]},
        {"color": "RGB", "std": [0.1, 0.2]},
        {"std": [0.0]},
        {"scale": 0},
    ],
)
def test_a_picture_that_cannot_be_prepared_is_refused(wrong: dict[str, Any]) -> None:
    """When the model is registered, not when a worker meets it."""
    with pytest.raises(ValidationError):
        ImageInput.model_validate({"size": [8, 8], **wrong})


def test_labels_have_to_differ() -> None:
    """Two outputs under one name could not be told apart in a score."""
    with pytest.raises(ValidationError, match="differ"):
        OnnxSpec(labels=["a", "a"], input=ImageInput(size=(8, 8)))


def test_the_same_document_has_the_same_bytes() -> None:
    """Whatever the order of its keys; a number that JSON lacks is refused, not guessed."""
    document = canonical({"b": 1.0, "a": "ü"})

    assert document == canonical({"a": "ü", "b": 1.0}) == '{"a":"ü","b":1.0}'.encode()
    assert digest_of(b"") == (
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical({"a": float("nan")})
