"""What is looked up and asked before a run is launched, and runs that take answers over."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import nats

from runoff_contracts.commands import (
    Accepted,
    CheckLaunch,
    CreateRun,
    RegisterModel,
    RepeatRun,
    ScorerAsked,
)
from runoff_contracts.estimate import LaunchChecked
from runoff_contracts.events.lifecycle import RunCreated, RunStarted
from runoff_contracts.ids import new_run_id
from runoff_contracts.model_spec import LlmSpec
from runoff_contracts.problem import FieldError, Problem, problem
from runoff_contracts.run_config import Selection
from runoff_runtime.commands import ask
from tests.integration.run_manager.crew import at_work
from tests.integration.run_manager.office import SLICE, Office


async def test_every_model_is_checked_with_all_that_is_known_of_the_launch(office: Office) -> None:
    """Its declaration, the task, and what the entries have for its templates."""
    spec = LlmSpec(task="classification", prompt="{{text}}", choices=["a", "b"])
    await office.order(RegisterModel, model="openai/mine", spec=spec)
    dataset = await office.dataset(23, fields=["id", "text"])

    await office.order(
        CreateRun,
        run_id=new_run_id(),
        dataset=dataset,
        models=["openai/mine", "anthropic/claude-sonnet-4-5", "python/m:f"],
        start_at=datetime(2100, 1, 1, tzinfo=UTC),
    )

    asked = {each.model: each for each in office.checker.asked}
    assert asked["openai/mine"].spec == spec
    assert asked["anthropic/claude-sonnet-4-5"].spec == LlmSpec(task="classification")
    assert asked["python/m:f"].spec is None
    assert {each.task for each in asked.values()} == {"classification"}
    assert [each.fields for each in asked.values()] == [["id", "text"]] * 3


async def test_a_model_that_a_worker_refuses_leaves_no_run(office: Office) -> None:
    """All that is wrong is told at once, each on its place; nothing is spent."""
    run_id = new_run_id()
    wrong = FieldError(field="spec.prompt", message="no entry has metadata.author")
    office.checker.refuses = {
        "python/m:g": problem("bad-template", "The template does not fit", 422, errors=[wrong]),
        "python/m:h": problem("model-not-importable", "No such function", 422, "no h in m"),
    }

    outcome = await office.order(
        CreateRun,
        run_id=run_id,
        dataset=await office.dataset(20),
        models=["python/m:f", "python/m:g", "python/m:h"],
    )

    assert isinstance(outcome, Problem)
    assert (outcome.type.rpartition(":")[2], outcome.status) == ("bad-template", 422)
    assert [(each.field, each.message) for each in outcome.errors] == [
        ("models.1", "spec.prompt: no entry has metadata.author"),
        ("models.2", "no h in m"),
    ]
    assert await office.lifecycle(run_id) == []


async def test_a_judge_is_checked_like_a_contender_and_refused_where_its_scorer_names_it(
    office: Office,
) -> None:
    """Its key may be missing: found out before an answer is paid for that nobody can judge."""
    run_id = new_run_id()
    wrong = FieldError(field="spec.api_key_env", message="there is no variable OPENAI_API_KEY")
    office.checker.refuses = {
        "openai/gpt-4o": problem("missing-key", "The key is missing", 422, errors=[wrong]),
    }

    outcome = await office.order(
        CreateRun,
        run_id=run_id,
        dataset=await office.dataset(20, task="text"),
        models=["python/m:f"],
        scorers=[
            ScorerAsked(name="token_f1"),
            ScorerAsked(name="judge", params={"model": "openai/gpt-4o", "rubric": "Good?"}),
        ],
    )

    assert isinstance(outcome, Problem)
    assert [(each.field, each.message) for each in outcome.errors] == [
        (
            "scorers.1.params.model",
            "spec.api_key_env: there is no variable OPENAI_API_KEY",
        )
    ]
    assert await office.lifecycle(run_id) == []


async def test_without_a_worker_nothing_is_launched(office: Office) -> None:
    """It says that nobody was there to check, within seconds."""
    dataset = await office.dataset(20)
    # Whoever asks speaks over a connection of its own: the office's answers for workers.
    nc = await nats.connect(office.server.url)
    await office.nc.drain()
    command = CreateRun(
        command_id=uuid.uuid4().hex,
        sent_at=datetime.now(UTC),
        run_id=new_run_id(),
        dataset=dataset,
        models=["python/m:f"],
    )
    try:
        outcome = (await ask(nc, command, timeout_s=20)).outcome
    finally:
        await nc.close()

    assert not isinstance(outcome, Accepted)
    assert outcome.problem.status == 503
    assert outcome.problem.type == "urn:runoff:problem:no-worker"
    assert [each.field for each in outcome.problem.errors] == ["models.0"]


async def test_a_run_has_the_scorers_that_were_asked_for_and_one_that_passes_or_fails(
    office: Office,
) -> None:
    """The answer names them, since one was put in front."""
    run_id = new_run_id()

    outcome = await office.order(
        CreateRun,
        run_id=run_id,
        dataset=await office.dataset(20),
        models=["python/m:f"],
        scorers=[ScorerAsked(name="brier")],
        start_at=datetime(2100, 1, 1, tzinfo=UTC),
    )

    assert isinstance(outcome, Accepted)
    assert outcome.data["scorers"] == ["accuracy@1", "brier@1"]
    (created,) = await office.lifecycle(run_id)
    assert isinstance(created, RunCreated)
    assert [each.name for each in created.scorers] == ["accuracy", "brier"]
    await office.cancel(run_id)


async def test_failed_entries_are_asked_anew_in_a_run_that_takes_over_the_rest(
    office: Office,
) -> None:
    """The models are checked again, since some are asked; the settled run stays as it is."""
    old_id = await office.launch(4 * SLICE)
    async with at_work(office.server.url, answer=lambda index, _: "x" if index else None):
        await office.until(old_id, "run.completed")
    old = await office.lifecycle(old_id)
    office.checker.asked.clear()

    new_id = new_run_id()
    order = {"run_id": new_id, "of": old_id, "what": "failed", "command_id": "retry-it"}
    done = [await office.order(RepeatRun, **order) for _ in range(2)]

    assert all(isinstance(each, Accepted) for each in done)
    assert [each.model for each in office.checker.asked] == ["python/m:f", "python/m:g"]
    (created, *_) = await office.lifecycle(new_id)
    assert isinstance(created, RunCreated)
    assert created.answers_from is not None
    assert (created.answers_from.run_id, created.answers_from.what) == (old_id, "answered")
    assert await office.lifecycle(old_id) == old
    await office.cancel(new_id)


async def test_a_run_in_which_nothing_failed_has_nothing_to_ask_anew(office: Office) -> None:
    """A canceled one has: the entries that it never came to."""
    whole = await office.launch(2 * SLICE)
    async with at_work(office.server.url):
        await office.until(whole, "run.completed")
    part = await office.launch(2 * SLICE)
    await office.cancel(part)

    refused = await office.order(RepeatRun, run_id=new_run_id(), of=whole, what="failed")
    taken = await office.order(RepeatRun, run_id=new_run_id(), of=part, what="failed")

    assert isinstance(refused, Problem)
    assert (refused.type.rpartition(":")[2], refused.status) == ("nothing-failed", 409)
    assert isinstance(taken, Accepted)
    await office.cancel(str(taken.data["run_id"]))


async def test_scoring_anew_asks_no_worker_about_models_and_begins_with_large_slices(
    office: Office,
) -> None:
    """The models may be gone by then; nothing has to be found out about their speed."""
    old_id = await office.launch(1000)
    async with at_work(office.server.url, elapsed_s=lambda _: 0.01):
        await office.until(old_id, "run.completed")
        office.checker.asked.clear()
        new_id = new_run_id()
        await office.order(RepeatRun, run_id=new_id, of=old_id, what="scores")
        await office.until(new_id, "run.completed")

    assert office.checker.asked == []
    (created, begun, *_) = await office.lifecycle(new_id)
    assert isinstance(created, RunCreated)
    assert isinstance(begun, RunStarted)
    assert created.answers_from is not None
    assert created.answers_from.what == "all"
    assert begun.slice_size == 1000 // 12


async def test_a_launch_that_is_only_tried_tells_everything_and_appends_nothing(
    office: Office,
) -> None:
    """Whoever fills in a form mends all of it at once; a launch is refused for the first thing."""
    run_id, dataset = new_run_id(), await office.dataset(20)
    wrong = FieldError(field="", message="no g in m")
    office.checker.refuses = {"python/m:g": problem("no-function", "None", 422, errors=[wrong])}

    async def tried(**fields: object) -> LaunchChecked:
        launch = CreateRun.model_validate(
            {"command_id": "c", "sent_at": datetime.now(UTC), "run_id": run_id} | fields
        )
        done = await office.order(CheckLaunch, launch=launch)
        assert isinstance(done, Accepted)
        return LaunchChecked.model_validate(done.data)

    def fields_of(checked: LaunchChecked) -> list[str]:
        return [each.field for told in checked.problems for each in told.errors]

    good = await tried(dataset=dataset, models=["python/m:f"], selection=Selection(ids=["e1"]))
    refused = await tried(dataset=dataset, models=["python/m:f", "python/m:g"])
    bad = await tried(
        dataset=dataset,
        models=["onnx/none", "python/m:f", "python/bad"],
        selection=Selection(split="none"),
        scorers=[ScorerAsked(name="nobody")],
        plan=f"sha256:{'0' * 64}",
    )
    nothing = await tried(dataset="gone", models=["openai/gpt-4o"])

    assert (good.n_entries, good.task, good.problems) == (1, "classification", [])
    assert [each.name for each in good.scorers][:1] == ["accuracy"]
    assert fields_of(refused) == ["models.1"]
    assert set(fields_of(bad)) == {
        "plan", "selection", "models.0", "models.2", "scorers.0.name"
    }  # fmt: skip
    assert fields_of(nothing) == ["dataset"]
    assert await office.lifecycle(run_id) == []
