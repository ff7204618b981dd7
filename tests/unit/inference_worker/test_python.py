"""`python/module:function`: which functions run, what they see, what they may return."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from runoff_contracts.commands import Accepted, CheckModel
from runoff_contracts.events.entry import Prediction
from runoff_contracts.problem import Problem
from runoff_contracts.run_config import RunConfig
from runoff_inference_worker.app import check_model
from runoff_inference_worker.errors import MalformedAnswer
from runoff_inference_worker.provider import Answer, Ask
from runoff_inference_worker.python_answer import Entry, answer_of
from runoff_inference_worker.settings import WorkerSettings
from tests.unit.inference_worker import functions
from tests.unit.inference_worker.making import (
    FUNCTIONS,
    a_kit,
    an_image,
    answered,
    image_rows,
    opened,
    python_contender,
    text_rows,
)


async def asked(
    tmp_path: Path, function: str, *texts: str, config: RunConfig | None = None
) -> list[Prediction]:
    """What one function makes of some texts."""
    kit = a_kit(tmp_path)
    askers = await opened(kit, [python_contender(function)], config or RunConfig(retries=0))
    events = await answered(kit, askers, text_rows(*texts))
    return [event.predictions[0] for event in events]


def error_of(prediction: Prediction) -> tuple[str, str]:
    error = prediction.attempts[-1].error
    assert error is not None
    return error.error_class, error.message


@pytest.mark.parametrize("function", ["text", "text_later", "texts", "texts_later"])
async def test_all_four_kinds_of_function_answer(tmp_path: Path, function: str) -> None:
    """Plain or async, one entry or a batch a call: in the order of the entries."""
    texts = [f"t{place}" for place in range(100)]

    found = await asked(tmp_path, function, *texts)

    assert [each.label for each in found] == texts


async def test_batches_are_of_the_runs_size(tmp_path: Path) -> None:
    """The last one holds the rest."""
    found = await asked(tmp_path, "texts", *"abcdefg", config=RunConfig(batch_size=3))

    assert [each.attempts[0].n_batch for each in found] == [3, 3, 3, 3, 3, 3, 1]


async def test_an_object_with_an_async_call_is_a_function(tmp_path: Path) -> None:
    """A model with weights is an object more often than not."""
    assert (await asked(tmp_path, "an_object", "a"))[0].label == "object a"


async def test_what_a_function_raises_is_its_attempts_error(tmp_path: Path) -> None:
    """Type and message are enough to find it; the traceback may hold secrets."""
    (found,) = await asked(tmp_path, "raises", "a")

    assert error_of(found) == ("exception", "LookupError: nothing known of text-0")


async def test_poison_in_a_batch_function_costs_no_neighbour(tmp_path: Path) -> None:
    """The batch is taken apart, and the poison alone has failed."""
    found = await asked(tmp_path, "poisoned_batch", "a", "poison", "b")

    assert [each.label for each in found] == ["a", None, "b"]
    assert error_of(found[1]) == ("exception", "ValueError: this batch holds poison")


async def test_too_few_answers_of_a_batch_are_malformed(tmp_path: Path) -> None:
    """Which answer belongs to which entry, nobody can say."""
    (found, *_) = await asked(tmp_path, "short_batch", "a", "b")

    assert error_of(found)[0] == "malformed_answer"


async def test_one_malformed_answer_of_a_batch_fails_alone(tmp_path: Path) -> None:
    """The others are what they are."""
    found = await asked(tmp_path, "mixed_batch", "a", "bad", "b")

    assert [each.label for each in found] == ["a", None, "b"]


async def test_a_function_that_cancels_itself_has_failed(tmp_path: Path) -> None:
    """It is not mistaken for an order to stop the worker."""
    (found,) = await asked(tmp_path, "cancels_itself", "a")

    assert error_of(found)[0] == "exception"


async def test_a_timeout_inside_a_function_is_its_own(tmp_path: Path) -> None:
    """Only a call over the run's limit is a timeout of ours."""
    (found,) = await asked(tmp_path, "own_timeout", "a")

    assert error_of(found) == ("exception", "TimeoutError: somewhere in the model")


async def test_a_function_never_sees_the_target(tmp_path: Path) -> None:
    """A model that could read the right answer would be measured at reading it."""
    (found,) = await asked(tmp_path, "attributes", "a")

    assert found.label == "anchor,id,image,metadata,text"


async def test_an_image_comes_decoded_and_upright(tmp_path: Path) -> None:
    """A function works on pixels; an entry without a file has none."""
    kit = a_kit(tmp_path)
    rows = [*await image_rows(kit, [an_image("CMYK", (6, 4), 0, "JPEG")]), *text_rows("a")]
    askers = await opened(kit, [python_contender("size")])

    found = await answered(kit, askers, rows)

    assert [event.predictions[0].label for event in found] == ["RGB (6, 4)", "no image"]


async def test_what_one_function_does_to_an_entry_no_other_sees(tmp_path: Path) -> None:
    """The image is decoded once for all of them, and each gets a copy."""
    kit = a_kit(tmp_path)
    (row,) = await image_rows(kit, [an_image("L", color=9)])
    row = row.model_copy(update={"metadata": {"note": "original"}})
    askers = await opened(kit, [python_contender("painter"), python_contender("painter", 1)])

    (event,) = await answered(kit, askers, [row])

    assert [each.label for each in event.predictions] == ["9 original", "9 original"]
    assert event.metadata == {"note": "original"}


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("cat", Answer("cat")),
        (("cat", 0.5), Answer("cat", 0.5)),
        (("cat", np.float32(0.5)), Answer("cat", 0.5)),
        ({"label": "cat"}, Answer("cat")),
        ({"label": "cat", "confidence": 1}, Answer("cat", 1.0)),
        (
            {"label": "cat", "probabilities": {"dog": 0.25, "cat": 0.75}},
            Answer("cat", 0.75, {"cat": 0.75, "dog": 0.25}),
        ),
    ],
)
def test_answers_that_are_predictions(value: object, answer: Answer) -> None:
    """A label, a pair, a mapping; numbers of numpy count as numbers."""
    assert answer_of(value) == answer


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "returned None"),
        (7, "of type int"),
        ("", "0 characters"),
        ("a\ud800", "half of a surrogate pair"),
        (("cat", 1.5), "not within 0 and 1"),
        (("cat", float("nan")), "not within 0 and 1"),
        (("cat", True), "not a number"),
        (("cat", "0.5"), "not a number"),
        (("cat", 0.5, 0.5), "of type tuple"),
        ({"confidence": 0.5}, "the label is None"),
        ({"label": "cat", "score": 0.5}, "unknown key 'score'"),
        ({"label": "cat", "probabilities": [0.5]}, "of type list"),
        ({"label": "cat", "probabilities": {}}, "of type dict"),
    ],
)
def test_answers_that_are_none(value: object, message: str) -> None:
    """The message says what came and what is needed."""
    with pytest.raises(MalformedAnswer, match=message):
        answer_of(value)


def test_ten_probabilities_are_kept() -> None:
    """As for every other provider."""
    answer = answer_of({"label": "l0", "probabilities": {f"l{n}": n / 20 for n in range(20)}})

    assert answer.probabilities is not None
    assert list(answer.probabilities)[:2] == ["l19", "l18"]
    assert len(answer.probabilities) == 10
    assert answer.confidence is None


def test_an_entry_shows_itself_by_its_id() -> None:
    """In a traceback of somebody's model, text and metadata have no place."""
    assert repr(Entry(Ask("e1", "secret"))) == "Entry('e1')"


async def check(tmp_path: Path, target: str, modules: str = FUNCTIONS) -> Accepted | Problem:
    command = CheckModel(command_id="check", sent_at=datetime.now(UTC), model=f"python/{target}")
    return await check_model(command, a_kit(tmp_path, python_modules=modules))


async def test_an_allowed_function_is_accepted(tmp_path: Path) -> None:
    """Named exactly, or by its package."""
    for modules in (FUNCTIONS, "tests.*", "os, tests.unit.*"):
        assert isinstance(await check(tmp_path, f"{FUNCTIONS}:text", modules), Accepted)


@pytest.mark.parametrize(
    ("target", "modules", "name"),
    [
        ("os:system", FUNCTIONS, "module-not-allowed"),
        (f"{FUNCTIONS}:text", "", "module-not-allowed"),
        (f"{FUNCTIONS}:text", "tests.unit", "module-not-allowed"),
        ("testsuite:text", "tests.*", "module-not-allowed"),
        (f"{FUNCTIONS}", FUNCTIONS, "malformed-model"),
        (f"{FUNCTIONS}:", FUNCTIONS, "malformed-model"),
        (f"{FUNCTIONS}:missing", FUNCTIONS, "model-not-importable"),
        (f"{FUNCTIONS}:not_callable", FUNCTIONS, "model-not-importable"),
        ("no.such.module:f", "no.*", "model-not-importable"),
    ],
)
async def test_other_functions_are_refused(
    tmp_path: Path, target: str, modules: str, name: str
) -> None:
    """Code that the operator did not name is never imported."""
    refused = await check(tmp_path, target, modules)

    assert isinstance(refused, Problem)
    assert refused.type == f"urn:runoff:problem:{name}"
    assert (refused.status, refused.errors[0].field) == (422, "models")


async def test_a_refused_module_is_unavailable_at_run_time(tmp_path: Path) -> None:
    """A run may reach a worker with other settings than the one that checked it."""
    kit = a_kit(tmp_path, python_modules="")
    askers = await opened(kit, [python_contender("text")])

    (event,) = await answered(kit, askers, text_rows("a"))

    error_class, message = error_of(event.predictions[0])
    assert error_class == "unavailable"
    assert "RUNOFF_PYTHON_MODULES" in message
    assert len(event.predictions[0].attempts) == 1


async def test_an_unknown_provider_is_a_problem(tmp_path: Path) -> None:
    """With the names of those that there are."""
    command = CheckModel(command_id="check", sent_at=datetime.now(UTC), model="magic/model")

    refused = await check_model(command, a_kit(tmp_path))

    assert isinstance(refused, Problem)
    assert "onnx/…" in refused.errors[0].message


def test_no_module_is_allowed_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """A python model is code of its author that runs with the worker's rights."""
    assert WorkerSettings().python_modules == ()
    monkeypatch.setenv("RUNOFF_PYTHON_MODULES", "a.b, c.* ,")
    assert WorkerSettings().python_modules == ("a.b", "c.*")


async def test_quick_calls_share_hops_and_slow_ones_slots(tmp_path: Path) -> None:
    """Ten thousand trivial calls must not pay for a thread each; slow ones run side by side."""
    functions.calls.clear()
    quick = await asked(tmp_path, "recorded", *["x"] * 2000)
    n_slots = functions.N_MEETING
    slow = await asked(tmp_path, "meets", *["x"] * n_slots, config=RunConfig(concurrency=n_slots))

    assert len(functions.calls) == len(quick) == 2000
    assert all(each.label == "met" for each in slow)
