"""What a command on a run leads to: pure functions from what is known to events, or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from runoff_contracts.commands import (
    CancelRun,
    CreateRun,
    DecideRun,
    DeleteRun,
    FailRun,
    PauseRun,
    RepeatRun,
    ResumeRun,
    ScorerAsked,
)
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.event import Event
from runoff_contracts.events.dataset import DatasetVersionAdded
from runoff_contracts.events.lifecycle import (
    AnswersTaken,
    Contender,
    DatasetUsed,
    JudgeUsed,
    RunCanceled,
    RunCreated,
    RunDecided,
    RunDeleted,
    RunFailed,
    RunPaused,
    RunResumed,
    ScorerUsed,
)
from runoff_contracts.lineage import ServerLineage
from runoff_contracts.plan import Plan
from runoff_contracts.run_config import RunConfig
from runoff_contracts.task import Status, Task
from runoff_run_manager import judges, scorers, stopping
from runoff_run_manager.editing import launch_params
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Run, known


@dataclass(frozen=True)
class Entries:
    """The entry set that a run will ask about."""

    digest: str
    n_entries: int


def create_run(
    command: CreateRun,
    run: Run | None,
    *,
    version: DatasetVersionAdded,
    task: Task,
    entries: Entries,
    contenders: Sequence[Contender],
    now: datetime,
    judge_models: judges.Models | None = None,
    template: Run | None = None,
    server: ServerLineage | None = None,
    plan: Plan | None = None,
) -> list[Event]:
    """Launch a run; the same command again finds the run that it made.

    Args:
        plan: The sealed one that the command names.
        judge_models: What the log has of the models that scorers are to judge by.
        template: The run whose parameters are taken over; none where there is none.
        server: Who launches it.
    """
    if _was_made(command, run):
        return []
    _refuse_twins(contenders)
    used = scorers.choose(task, command.scorers)
    created = RunCreated(
        run_id=command.run_id,
        command_id=command.command_id,
        asked=_asked(command),
        task=task,
        dataset=DatasetUsed(dataset=version.dataset, number=version.number, digest=version.digest),
        selection=command.selection,
        entries=entries.digest,
        n_entries=entries.n_entries,
        contenders=list(contenders),
        scorers=used,
        judges=judges.pinned(
            used,
            command.scorers,
            judge_models or {},
            n_contenders=len(contenders),
            n_attempts=command.config.retries + 1,
            fields=version.fields,
        ),
        config=command.config,
        priority=command.priority,
        alias=command.alias,
        labels=command.labels,
        start_at=command.start_at,
        plan=command.plan,
        params=launch_params(command, template),
        params_from=command.template,
        lineage=command.lineage,
        server=server,
        created_at=now,
    )
    stopping.check_rule(created)
    if plan is not None:
        stopping.check_plan(plan, created)
    return [created]


def repeat_run(
    command: RepeatRun,
    run: Run | None,
    old: Run | None,
    *,
    n_open: int,
    now: datetime,
    judge_models: judges.Models | None = None,
    fields: Sequence[str] | None = None,
    server: ServerLineage | None = None,
) -> list[Event]:
    """Launch a run that takes over the answers of a settled one; again, find the run it made.

    Args:
        n_open: Entries of the old run that some contender did not answer, whether it failed on
            them or was never asked.
        judge_models: As for `create_run`.
        fields: What every entry has, as `DatasetVersionAdded.fields`.
    """
    if _was_made(command, run):
        return []
    old = known(command.of, old)
    _refuse_repeat(command, old, n_open)
    created, config = old.created, stopping.config_again(command, old)
    # Only the newest versions can be computed: an older one is gone with the code that had it.
    asked = command.scorers or [
        ScorerAsked(name=each.name, params=each.params) for each in created.scorers
    ]
    used = scorers.choose(created.task, asked)
    judged = _judges_again(
        command, created, used, config, judge_models=judge_models or {}, fields=fields
    )
    return [
        created.model_copy(
            update={
                "run_id": command.run_id,
                "command_id": command.command_id,
                "asked": _asked(command),
                "scorers": used,
                "judges": judged,
                "config": config,
                "n_entries": old.n_entries,
                "stopped": old.stopped,
                "alias": old.alias,
                "labels": old.labels,
                "params": old.params,
                "params_from": None,
                "server": server,
                "start_at": None,
                "answers_from": AnswersTaken(
                    run_id=old.run_id, what="all" if command.what == "scores" else "answered"
                ),
                "created_at": now,
            }
        )
    ]


def _refuse_twins(contenders: Sequence[Contender]) -> None:
    # Two models may well be equal: uploads that agree on every entry, a file under two names.
    seen: set[tuple[str, str]] = set()
    for each in contenders:
        if (each.model, each.digest) in seen:
            raise refusal(
                "duplicate-model",
                f"{each.model} is named twice",
                422,
                field=f"models.{each.position}",
                hint="each model once: a run compares different models",
            )
        seen.add((each.model, each.digest))


def _refuse_repeat(command: RepeatRun, old: Run, n_open: int) -> None:
    if not old.status.settled:
        raise refusal(
            "run-active",
            f"Run {old.run_id} is {old.status}",
            409,
            hint="wait for its end, or cancel it: only a settled run is repeated",
        )
    if command.what == "failed" and n_open == 0:
        raise refusal(
            "nothing-failed",
            f"Every model of run {old.run_id} answered every entry",
            409,
            hint="there is nothing to ask anew; re-score it, or launch a run of its own",
        )


def _judges_again(
    command: RepeatRun,
    created: RunCreated,
    used: Sequence[ScorerUsed],
    config: RunConfig,
    *,
    judge_models: judges.Models,
    fields: Sequence[str] | None,
) -> list[JudgeUsed] | None:
    """Where no scorer was named, the judge stays the one of the old run, version and all, so that
    its verdicts are taken over with the answers.
    """
    n_contenders, n_attempts = len(created.contenders), config.retries + 1
    if command.scorers is None:
        at = judges.places(created.scorers)
        judges.check_questions(used, at, n_contenders=n_contenders, n_attempts=n_attempts)
        return created.judges
    return judges.pinned(
        used,
        command.scorers,
        judge_models,
        n_contenders=n_contenders,
        n_attempts=n_attempts,
        fields=fields,
    )


def pause_run(command: PauseRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Halt a run that has not settled; pausing a paused one says nothing new."""
    run = known(command.run_id, run)
    if run.status is Status.PAUSED:
        return []
    if run.status.settled:
        raise refusal(
            "run-settled", f"Run {run.run_id} is {run.status}", 409, hint="it is over already"
        )
    return [RunPaused(run_id=run.run_id, paused_at=now)]


def resume_run(command: ResumeRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Let a paused run go on."""
    run = known(command.run_id, run)
    if run.status is not Status.PAUSED:
        raise refusal(
            "run-not-paused",
            f"Run {run.run_id} is {run.status}",
            409,
            hint="only a paused run can be resumed",
        )
    return [RunResumed(run_id=run.run_id, resumed_at=now)]


def cancel_run(command: CancelRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Stop a run that has not settled; stopping a stopped one says nothing new."""
    run = known(command.run_id, run)
    match run.status:
        case Status.CANCELED:
            return []
        case Status.COMPLETED | Status.FAILED:
            raise refusal(
                "run-settled", f"Run {run.run_id} is {run.status}", 409, hint="it is over already"
            )
        case _:
            return [RunCanceled(run_id=run.run_id, reason=command.reason, canceled_at=now)]


def fail_run(command: FailRun, run: Run | None, *, now: datetime) -> list[Event]:
    """End a run that cannot be scored; a run that is over, or gone, needs nothing more."""
    if run is None or run.deleted or run.status.settled:
        return []
    return [RunFailed(run_id=run.run_id, reason=command.reason, failed_at=now)]


def decide_run(command: DecideRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Ask nothing further in a run; where it is over, gone or decided, there is nothing to say."""
    if run is None or run.deleted or run.status.settled or run.decided is not None:
        return []
    if run.created.config.stop_when_decided is None:
        raise refusal("run-asks-all", f"Run {run.run_id} is to ask every entry", 409)
    return [RunDecided(run_id=run.run_id, watched=command.watched, decided_at=now)]


def delete_run(command: DeleteRun, run: Run | None, *, now: datetime) -> list[Event]:
    """Take a settled run out of every view; deleting a deleted one says nothing new.

    A run that waits for its time has done nothing yet, so it is canceled along with it.
    """
    if run is not None and run.deleted:
        return []
    run = known(command.run_id, run)
    deleted = RunDeleted(run_id=run.run_id, deleted_at=now)
    if run.status.settled:
        return [deleted]
    if run.waits(now):
        reason = "deleted before its start"
        return [RunCanceled(run_id=run.run_id, reason=reason, canceled_at=now), deleted]
    raise refusal(
        "run-active",
        f"Run {run.run_id} is {run.status}",
        409,
        hint="cancel it first, then delete it",
    )


def _was_made(command: CreateRun | RepeatRun, run: Run | None) -> bool:
    if run is None:
        return False
    if run.created.command_id != command.command_id:
        raise refusal("run-exists", f"Run {command.run_id} exists", 409, field="run_id")
    if run.created.asked not in {None, _asked(command)}:
        raise refusal(
            "idempotency-key-reused",
            f"This key has launched run {command.run_id}, of which something else was asked",
            422,
            field="idempotency-key",
            hint="another key for another order; the same key finds what the same order made",
        )
    return True


def _asked(command: CreateRun | RepeatRun) -> str:
    """Digest of the order. Where it was sent from is no part of it: whoever sends an order again
    may have moved on.
    """
    apart = {"command_id", "sent_at", "run_id", "lineage"}
    # Without defaults, so that a field that is new here changes no digest of before.
    return digest_of(
        canonical(command.model_dump(mode="json", exclude=apart, exclude_defaults=True))
    )
