"""Commands: load, decide, append; where another was first, start over.

Nothing else is done here: what is appended is fed, dropped and settled by who follows the log.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from faststream.nats import NatsBroker
from pydantic import JsonValue

from runoff_contracts import subjects
from runoff_contracts.commands import (
    Accepted,
    AskAgain,
    CancelRun,
    Command,
    CreateRun,
    DeleteRun,
    EntryMeant,
    RegisterDataset,
    RegisterModel,
)
from runoff_contracts.event import Event
from runoff_contracts.events.again import EntryAskedAgain
from runoff_contracts.problem import Problem, problem
from runoff_eventlog.errors import AppendTooLarge, ConflictingAppend, LogUnavailable
from runoff_eventlog.log import EventLog
from runoff_objects.entry_set import open_entry_set, select
from runoff_objects.errors import EmptySelection, ObjectMissing
from runoff_objects.store import Objects
from runoff_run_manager import again, decide
from runoff_run_manager.errors import Refusal, refusal
from runoff_run_manager.evolve import Dataset, Model, Run
from runoff_runtime.commands import handle

QUEUE = "run-manager"
_TRIES = 5

logger = structlog.get_logger(__name__)


class Commands:
    """Carries out commands on datasets, models and runs."""

    def __init__(self, log: EventLog, objects: Objects) -> None:
        self._log, self._objects = log, objects

    async def register_dataset(self, command: RegisterDataset) -> Accepted:
        """Append a dataset's version."""
        subject = subjects.dataset(command.dataset)
        events, seq = await self._events(subject)
        dataset = Dataset.of(events)
        made = decide.register_dataset(command, dataset, now=datetime.now(UTC))
        seq = await self._append(subject, made, command, seq)
        after = Dataset.of([*events, *made])
        versions = after.versions.values() if after else []
        number = next(each.number for each in versions if each.digest == command.entries)
        return Accepted(seq=seq, data={"number": number, "created": bool(made)})

    async def register_model(self, command: RegisterModel) -> Accepted:
        """Append a model's version."""
        subject = subjects.model(command.model)
        events, seq = await self._events(subject)
        made = decide.register_model(command, Model.of(events), now=datetime.now(UTC))
        seq = await self._append(subject, made, command, seq)
        after = Model.of([*events, *made])
        versions = after.versions.values() if after else []
        number = next(
            each.number
            for each in versions
            if each.file == command.file and each.spec == command.spec
        )
        return Accepted(seq=seq, data={"number": number, "created": bool(made)})

    async def create_run(self, command: CreateRun) -> Accepted:
        """Pin dataset and models to what they are now, then launch."""
        subject = subjects.lifecycle(command.run_id)
        events, seq = await self._events(subject)
        name = command.dataset.partition("@")[0]
        dataset = Dataset.of((await self._events(subjects.dataset(name)))[0])
        version = decide.version_meant(command.dataset, dataset)
        made = decide.create_run(
            command,
            Run.of(events),
            version=version,
            task=dataset.registered.task if dataset else "classification",
            entries=await self._entries(command, version.digest),
            contenders=[
                decide.contender(each, await self._model(each), position=position)
                for position, each in enumerate(command.models)
            ],
            now=datetime.now(UTC),
        )
        seq = await self._append(subject, made, command, seq)
        return Accepted(seq=seq, data={"run_id": command.run_id})

    async def cancel_run(self, command: CancelRun) -> Accepted:
        """Stop a run that has not settled."""
        subject = subjects.lifecycle(command.run_id)
        events, seq = await self._events(subject)
        made = decide.cancel_run(command, Run.of(events), now=datetime.now(UTC))
        seq = await self._append(subject, made, command, seq)
        return Accepted(seq=seq, data={"run_id": command.run_id})

    async def delete_run(self, command: DeleteRun) -> Accepted:
        """Take a settled run out of every view."""
        subject = subjects.lifecycle(command.run_id)
        events, seq = await self._events(subject)
        made = decide.delete_run(command, Run.of(events), now=datetime.now(UTC))
        seq = await self._append(subject, made, command, seq)
        return Accepted(seq=seq, data={"run_id": command.run_id})

    async def ask_again(self, command: AskAgain) -> Accepted:
        """Ask for a further version of each entry that is meant."""
        events, seq = await self._events(subjects.lifecycle(command.run_id))
        run = Run.of(events)
        contenders = again.contenders_meant(command, run)
        assert run is not None, "it would have been refused"
        entries = await open_entry_set(self._objects, run.created.entries)
        versions: dict[str, JsonValue] = {}
        for entry in command.entries:
            rows = await entries.rows(entry.index, 1)
            if not rows or rows[0].id != entry.entry_id:
                raise refusal(
                    "unknown-entry",
                    f"Entry {entry.entry_id!r} does not stand at place {entry.index} of the run",
                    422,
                    field="entries",
                )
        for entry in command.entries:
            version, entry_seq = await self._ask_again(command, entry, contenders)
            versions[entry.entry_id], seq = version, max(seq, entry_seq)
        return Accepted(seq=seq, data={"run_id": command.run_id, "versions": versions})

    async def _ask_again(
        self, command: AskAgain, entry: EntryMeant, contenders: list[int]
    ) -> tuple[int, int]:
        """Number of the entry's new version, and the log's sequence of it."""
        subject = subjects.entry(command.run_id, entry.index)
        before, seq = await self._events(subject)
        asked = again.Asked([each for each in before if isinstance(each, EntryAskedAgain)])
        made = again.ask_again(command, entry, asked, contenders, now=datetime.now(UTC))
        seq = await self._append(subject, made, command, seq, part=f":{entry.index}")
        known = asked.by_command(command.command_id)
        return known.answer_version if known else asked.newest + 1, seq

    async def _events(self, subject: str) -> tuple[list[Event], int]:
        """What a subject holds, and its last sequence."""
        messages = await self._log.read(subject)
        events = [event for message in messages for _, event in message.events()]
        return events, messages[-1].seq if messages else 0

    async def _append(
        self,
        subject: str,
        events: list[Event],
        command: Command,
        expected_seq: int,
        *,
        part: str = "",
    ) -> int:
        """Append; `part` tells apart what one command appends to several subjects."""
        if not events:
            return expected_seq
        appended = await self._log.append(
            subject,
            events,
            append_id=command.command_id + part,
            expected_seq=expected_seq,
            correlation_id=getattr(command, "run_id", None),
            causation_id=command.command_id,
        )
        return appended.seq

    async def _model(self, reference: str) -> Model | None:
        return Model.of((await self._events(subjects.model(reference.partition("@")[0])))[0])

    async def _entries(self, command: CreateRun, digest: str) -> decide.Entries:
        try:
            if command.selection is None:
                entries = await open_entry_set(self._objects, digest)
            else:
                entries = await select(self._objects, digest, command.selection)
        except EmptySelection as error:
            raise refusal(
                "empty-selection",
                "No entry fits the selection",
                422,
                field="selection",
                hint="a split, section or ids that the dataset version has",
            ) from error
        except ObjectMissing as error:
            raise refusal("entries-missing", "The dataset's entries are gone", 500) from error
        return decide.Entries(entries.digest, entries.n_entries)


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
        CreateRun: Commands.create_run,
        CancelRun: Commands.cancel_run,
        DeleteRun: Commands.delete_run,
        AskAgain: Commands.ask_again,
    }
    for command, method in handlers.items():
        handle(broker, command, queue=QUEUE, handler=safely(method))
