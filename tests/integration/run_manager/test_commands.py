"""Commands by request and reply, against the real service."""

from __future__ import annotations

import asyncio

import pytest

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, CreateRun, RegisterDataset, RegisterModel
from runoff_contracts.ids import new_run_id
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.problem import Problem
from runoff_contracts.specs.tensors import ImageInput
from tests.integration.run_manager.crew import at_work
from tests.integration.run_manager.office import Office

DIGEST = f"sha256:{5:064x}"


def name_of(outcome: Accepted | Problem) -> str:
    assert isinstance(outcome, Problem), outcome
    return outcome.type.removeprefix("urn:runoff:problem:")


async def test_registering_the_same_again_answers_with_what_is_there(office: Office) -> None:
    """Number and sequence are those of the version, which a client may wait for."""
    fields = {"dataset": "twice", "task": "classification", "entries": DIGEST, "n_entries": 3}
    fields |= {"splits": {}, "sections": {}}

    first = await office.order(RegisterDataset, **fields)
    again = await office.order(RegisterDataset, **fields)

    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert (first.data, again.data) == (
        {"number": 1, "created": True},
        {"number": 1, "created": False},
    )
    assert first.seq == again.seq


async def test_versions_that_are_added_at_the_same_time_get_numbers_of_their_own(
    office: Office,
) -> None:
    """The guard makes each handler look again at what another was first to add."""

    async def add(number: int) -> Accepted | Problem:
        spec = OnnxSpec(labels=["a", "b"], input=ImageInput(size=(8, 8)))
        file = f"sha256:{number:064x}"
        return await office.order(RegisterModel, model="onnx/busy", file=file, n_bytes=1, spec=spec)

    done = await asyncio.gather(*[add(number) for number in range(5)])

    assert all(isinstance(each, Accepted) for each in done)
    numbers = [each.data["number"] for each in done if isinstance(each, Accepted)]
    assert sorted(map(str, numbers)) == ["1", "2", "3", "4", "5"]


async def test_twenty_identical_launches_make_one_run(office: Office) -> None:
    """A client that hears nothing sends again, perhaps too early."""
    run_id, dataset = new_run_id(), await office.dataset(20)
    fields = {"run_id": run_id, "dataset": dataset, "models": ["python/m:f"], "command_id": "c1"}

    done = await asyncio.gather(*[office.order(CreateRun, **fields) for _ in range(20)])

    assert all(isinstance(each, Accepted) for each in done)
    await office.until(run_id, "run.started")
    assert await office.said(run_id) == ["run.created", "run.started"]
    await office.cancel(run_id)


@pytest.mark.parametrize(
    ("wrong", "name", "field"),
    [
        ({"dataset": "nobody"}, "unknown-dataset", "dataset"),
        ({"dataset": ""}, "unknown-dataset", "dataset"),
        ({"dataset": "*"}, "unknown-dataset", "dataset"),
        ({"dataset": "a b.>"}, "unknown-dataset", "dataset"),
        ({"dataset": "ü" * 3000}, "unknown-dataset", "dataset"),
        ({"dataset": "texts-20@9"}, "unknown-dataset", "dataset"),
        ({"models": ["onnx/nobody"]}, "unknown-model", "models.0"),
        ({"models": ["python/m:f", "onnx/ "]}, "unknown-model", "models.1"),
        ({"models": ["python/m:f", "python/m:f"]}, "duplicate-model", "models.1"),
        ({"selection": {"split": "nowhere"}}, "empty-selection", "selection"),
        ({"selection": {"ids": ["nobody"]}}, "empty-selection", "selection"),
    ],
)
async def test_a_launch_that_cannot_be_is_refused_and_leaves_nothing(
    office: Office, wrong: dict[str, object], name: str, field: str
) -> None:
    """Whatever is in the names: they become subjects of the log."""
    run_id = new_run_id()
    right = {"run_id": run_id, "dataset": await office.dataset(20), "models": ["python/m:f"]}

    outcome = await office.order(CreateRun, **(right | wrong))

    assert name_of(outcome) == name
    assert isinstance(outcome, Problem)
    assert [each.field for each in outcome.errors] == [field]
    assert await office.lifecycle(run_id) == []


async def test_a_command_that_is_none_is_refused_by_field(office: Office) -> None:
    """Whoever sends it is answered; nobody waits for a reply that never comes."""
    reply = await office.nc.request(
        subjects.command("run.create"), b'{"command_id": "c", "run_id": 7}', timeout=5
    )

    assert b"malformed-command" in reply.data
    assert b'"field":"run_id"' in reply.data


async def test_a_launch_that_fits_no_event_is_refused(office: Office) -> None:
    """Two models of 20,000 labels each are over what one event may hold."""
    for number in range(2):
        labels = [f"label {place:0100} of the {number}th model" for place in range(20_000)]
        spec = OnnxSpec(labels=labels, input=ImageInput(size=(8, 8)))
        model = f"onnx/wordy-{number}"
        file = f"sha256:{number:064x}"
        done = await office.order(RegisterModel, model=model, file=file, n_bytes=1, spec=spec)
        assert isinstance(done, Accepted)

    outcome = await office.order(
        CreateRun,
        run_id=new_run_id(),
        dataset=await office.dataset(20),
        models=["onnx/wordy-0", "onnx/wordy-1"],
    )

    assert name_of(outcome) == "too-large"


async def test_a_run_is_deleted_once_it_has_settled(office: Office) -> None:
    """Under way it cannot be; deleting it twice is one order carried out."""
    run_id = await office.launch(20)
    assert name_of(await office.delete(run_id)) == "run-active"
    async with at_work(office.server.url):
        await office.until(run_id, "run.completed")

    done = [await office.delete(run_id) for _ in range(2)]

    assert [isinstance(each, Accepted) for each in done] == [True, True]
    assert (await office.said(run_id)).count("run.deleted") == 1
    assert name_of(await office.cancel(run_id)) == "unknown-run"
