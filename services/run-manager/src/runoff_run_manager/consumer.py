"""Commands: load, decide, append; where another was first, start over.

Nothing else is done here: what is appended is fed, dropped and settled by who follows the log.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from faststream.nats import NatsBroker

from runoff_contracts import subjects
from runoff_contracts.commands import (
    Accepted,
    AskAgain,
    CancelRun,
    CheckLaunch,
    Command,
    CompleteUploads,
    CreateRun,
    DecideRun,
    DeleteRun,
    EditRun,
    FailRun,
    PauseRun,
    RegisterDataset,
    RegisterModel,
    RepeatRun,
    ResumeRun,
    ReviewEntries,
    SealPlan,
    UploadPredictions,
)
from runoff_contracts.event import Event
from runoff_contracts.problem import Problem, problem
from runoff_eventlog.errors import AppendTooLarge, ConflictingAppend, LogUnavailable
from runoff_objects.store import Objects
from runoff_run_manager import decide, decide_registry, editing
from runoff_run_manager.asking_again import AskingAgain
from runoff_run_manager.book import Book
from runoff_run_manager.checking import Checks
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Dataset, Model, Run
from runoff_run_manager.launching import Launches
from runoff_run_manager.plans import Plans
from runoff_run_manager.reviewing import Reviewing
from runoff_run_manager.trying import Trials
from runoff_run_manager.uploading import Uploading
from runoff_runtime.commands import handle

QUEUE = "run-manager"
N_LAUNCHES = 16
"""Launches under way at once: each waits for its models' checks."""
_TRIES = 5

Change = TypeVar("Change", CancelRun, DecideRun, DeleteRun, EditRun, FailRun, PauseRun, ResumeRun)


class Commands:
    """Carries out commands on datasets, models and runs."""

    def __init__(self, book: Book, objects: Objects, checks: Checks) -> None:
        self._book = book
        self._launches = Launches(book, objects, checks)
        self._trials = Trials(book, objects, checks)
        self._again = AskingAgain(book, objects)
        self._uploading = Uploading(book)
        self._reviewing = Reviewing(book, objects)
        self._plans = Plans(book)

    async def register_dataset(self, command: RegisterDataset) -> Accepted:
        """Append a dataset's version."""
        page = await self._book.read(subjects.dataset(command.dataset))
        dataset = Dataset.of(page.events)
        made = decide_registry.register_dataset(command, dataset, now=datetime.now(UTC))
        seq = await self._book.append(page, made, command)
        after = Dataset.of([*page.events, *made])
        versions = after.versions.values() if after else []
        number = next(each.number for each in versions if each.digest == command.entries)
        return Accepted(seq=seq, data={"number": number, "created": bool(made)})

    async def register_model(self, command: RegisterModel) -> Accepted:
        """Append a model's version."""
        page = await self._book.read(subjects.model(command.model))
        model = Model.of(page.events)
        made = decide_registry.register_model(command, model, now=datetime.now(UTC))
        seq = await self._book.append(page, made, command)
        number = decide_registry.version_of(command, Model.of([*page.events, *made]))
        return Accepted(seq=seq, data={"number": number, "created": bool(made)})

    async def create_run(self, command: CreateRun) -> Accepted:
        """Launch a run."""
        return await self._launches.create(command)

    async def check_launch(self, command: CheckLaunch) -> Accepted:
        """Say what a launch would be refused for."""
        return await self._trials.check(command)

    async def repeat_run(self, command: RepeatRun) -> Accepted:
        """Launch a run that takes over answers."""
        return await self._launches.repeat(command)

    async def pause_run(self, command: PauseRun) -> Accepted:
        """Halt a run."""
        return await self._change(command, decide.pause_run)

    async def resume_run(self, command: ResumeRun) -> Accepted:
        """Let a paused run go on."""
        return await self._change(command, decide.resume_run)

    async def edit_run(self, command: EditRun) -> Accepted:
        """Give a run other words or parameters."""
        template = await self._book.run(command.template) if command.template else None
        return await self._change(command, partial(editing.edit_run, template=template))

    async def cancel_run(self, command: CancelRun) -> Accepted:
        """Stop a run that has not settled."""
        return await self._change(command, decide.cancel_run)

    async def fail_run(self, command: FailRun) -> Accepted:
        """End a run that cannot be scored."""
        return await self._change(command, decide.fail_run)

    async def decide_run(self, command: DecideRun) -> Accepted:
        """Ask nothing further in a run."""
        return await self._change(command, decide.decide_run)

    async def seal_plan(self, command: SealPlan) -> Accepted:
        """Append a plan under its digest."""
        return await self._plans.seal(command)

    async def delete_run(self, command: DeleteRun) -> Accepted:
        """Take a settled run out of every view."""
        return await self._change(command, decide.delete_run)

    async def _change(self, command: Change, decision: Callable[..., list[Event]]) -> Accepted:
        page = await self._book.read(subjects.lifecycle(command.run_id))
        made: list[Event] = []
        # A reply may be lost, and the run be elsewhere by the time that the command comes again.
        if command.command_id not in page.commands:
            made = decision(command, Run.of(page.events), now=datetime.now(UTC))
        seq = await self._book.append(page, made, command)
        return Accepted(seq=seq, data={"run_id": command.run_id})

    async def ask_again(self, command: AskAgain) -> Accepted:
        """Ask for a further version of each entry that is meant."""
        return await self._again.ask(command)

    async def review_entries(self, command: ReviewEntries) -> Accepted:
        """Take a person's reviews of answers."""
        return await self._reviewing.review(command)

    async def upload_predictions(self, command: UploadPredictions) -> Accepted:
        """Take predictions of a live contender."""
        return await self._uploading.upload(command)

    async def complete_uploads(self, command: CompleteUploads) -> Accepted:
        """Wait for no more predictions."""
        return await self._uploading.complete(command)


def subscribe(broker: NatsBroker, commands: Callable[[], Commands]) -> None:
    """Answer every command; `commands` gives the handlers once the broker is connected."""

    def safely(
        method: Callable[[Commands, Command], Awaitable[Accepted]],
    ) -> Callable[[Command], Awaitable[Accepted | Problem]]:
        async def carry_out(command: Command) -> Accepted | Problem:
            for _ in range(_TRIES):
                try:
                    return await method(commands(), command)
                except ConflictingAppend:
                    continue
                except Refusal as refused:
                    return refused.problem
                except AppendTooLarge as error:
                    return problem(
                        "too-large", "What is asked for does not fit one event", 422, str(error)
                    )
                except LogUnavailable as error:
                    return problem(
                        "log-unavailable", "The event log does not answer", 503, str(error)
                    )
            return problem("conflict", "Others changed it at the same time", 409, "try again")

        return carry_out

    handlers: dict[type[Command], Callable[..., Awaitable[Accepted]]] = {
        RegisterDataset: Commands.register_dataset,
        RegisterModel: Commands.register_model,
        PauseRun: Commands.pause_run,
        ResumeRun: Commands.resume_run,
        EditRun: Commands.edit_run,
        CancelRun: Commands.cancel_run,
        FailRun: Commands.fail_run,
        DecideRun: Commands.decide_run,
        SealPlan: Commands.seal_plan,
        DeleteRun: Commands.delete_run,
        AskAgain: Commands.ask_again,
        ReviewEntries: Commands.review_entries,
        UploadPredictions: Commands.upload_predictions,
        CompleteUploads: Commands.complete_uploads,
    }
    for command, method in handlers.items():
        handle(broker, command, queue=QUEUE, handler=safely(method))
    launches: dict[type[Command], Callable[..., Awaitable[Accepted]]] = {
        CreateRun: Commands.create_run,
        RepeatRun: Commands.repeat_run,
        CheckLaunch: Commands.check_launch,
    }
    for command, method in launches.items():
        handle(broker, command, queue=QUEUE, handler=safely(method), n_at_once=N_LAUNCHES)
