"""Launches: what a run is pinned to is looked up, its models are checked, then it is appended."""

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata

from pydantic import JsonValue

from runoff_contracts import subjects
from runoff_contracts.commands import Accepted, CreateRun, RepeatRun, ScorerAsked
from runoff_contracts.envelope import N_ENTRIES, N_FAILED
from runoff_contracts.event import Event
from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.lineage import ServerLineage
from runoff_objects.entry_set import open_entry_set, select, shuffled
from runoff_objects.errors import EmptySelection, ObjectMissing
from runoff_objects.store import Objects
from runoff_run_manager import contenders, decide, judges, stopping
from runoff_run_manager.book import Book
from runoff_run_manager.checking import Checks
from runoff_run_manager.errors import entries_gone, nothing_selected
from runoff_run_manager.evolve import Run
from runoff_run_manager.known import Known
from runoff_run_manager.label_fit import strange_labels
from runoff_run_manager.plans import Plans


class Launches:
    """Carries out the commands that make runs."""

    def __init__(self, book: Book, objects: Objects, checks: Checks) -> None:
        self._book, self._objects, self._checks = book, objects, checks
        self._server = ServerLineage(
            runoff=metadata.version("runoff-run-manager"),
            python=f"{platform.python_implementation()} {platform.python_version()}",
            platform=f"{platform.system()} {platform.release()} {platform.machine()}",
        )
        self._plans, self._known = Plans(book), Known(book)

    async def create(self, command: CreateRun) -> Accepted:
        """Pin dataset and models to what they are now, then launch."""
        plan = None if command.plan is None else await self._plans.plan(command.plan)
        if plan is not None:
            command = stopping.with_plan(command, plan)
        page = await self._book.read(subjects.lifecycle(command.run_id))
        dataset = await self._known.dataset(command.dataset.partition("@")[0])
        version = contenders.version_meant(command.dataset, dataset)
        task = dataset.registered.task if dataset else "classification"
        made = decide.create_run(
            command,
            Run.of(page.events),
            version=version,
            task=task,
            entries=await self._entries(command, version.digest),
            contenders=[
                contenders.contender(
                    each, await self._known.model(each), position=position, task=task
                )
                for position, each in enumerate(command.models)
            ],
            now=datetime.now(UTC),
            judge_models=await self._known.judge_models(command.scorers),
            template=await self._book.run(command.template) if command.template else None,
            server=self._server,
            plan=plan,
        )
        warnings = await self._check(made, version.fields, command.scorers)
        seq = await self._book.append(page, made, command)
        return _accepted(command.run_id, seq, [*page.events, *made], warnings)

    async def repeat(self, command: RepeatRun) -> Accepted:
        """Launch a run that takes over the answers of a settled one."""
        page = await self._book.read(subjects.lifecycle(command.run_id))
        old = await self._book.run(command.of)
        fields = await self._fields(old) if old else None
        made = decide.repeat_run(
            command,
            Run.of(page.events),
            old,
            n_open=await self._n_open(old) if command.what == "failed" else 0,
            now=datetime.now(UTC),
            judge_models=await self._known.judge_models(command.scorers),
            fields=fields,
            server=self._server,
        )
        warnings = await self._check(made, fields, command.scorers)
        seq = await self._book.append(page, made, command)
        return _accepted(command.run_id, seq, [*page.events, *made], warnings)

    async def _check(
        self,
        made: Sequence[Event],
        fields: list[str] | None,
        asked: Sequence[ScorerAsked] | None,
    ) -> list[str]:
        """What is to be warned of; a launch that was carried out before warns of nothing again."""
        warnings: list[str] = []
        for event in made:
            if isinstance(event, RunCreated):
                await self._checks.check_scorers(event.scorers, asked)
                places = judges.places(asked or event.scorers)
                warnings += await self._checks.check(event, fields=fields, judged_at=places)
                if event.answers_from is None:
                    warnings += await strange_labels(self._objects, event)
        return warnings

    async def _fields(self, run: Run) -> list[str] | None:
        """What every entry of the version that a run is about has."""
        used = run.created.dataset
        dataset = await self._known.dataset(used.dataset)
        version = dataset.versions.get(used.number) if dataset else None
        return version.fields if version else None

    async def _n_open(self, run: Run | None) -> int:
        """Entries that some contender of a run did not answer, failed or never asked."""
        if run is None:
            return 0
        slices = await self._book.log.last_of_each(subjects.processed_of(run.run_id))
        n_answered = sum(
            int(each.headers.get(N_ENTRIES, 0)) - int(each.headers.get(N_FAILED, 0))
            for each in slices
        )
        return run.n_entries - n_answered

    async def _entries(self, command: CreateRun, digest: str) -> decide.Entries:
        rule = command.config.stop_when_decided
        try:
            if rule is not None:
                entries = await shuffled(
                    self._objects,
                    digest,
                    seed=rule.seed,
                    selection=command.selection,
                    at_most=rule.max_entries,
                )
            elif command.selection is None:
                entries = await open_entry_set(self._objects, digest)
            else:
                entries = await select(self._objects, digest, command.selection)
        except EmptySelection as error:
            raise nothing_selected() from error
        except ObjectMissing as error:
            raise entries_gone() from error
        return decide.Entries(entries.digest, entries.n_entries)


def _accepted(
    run_id: str, seq: int, lifecycle: Sequence[Event], warnings: Sequence[str]
) -> Accepted:
    data: dict[str, JsonValue] = {"run_id": run_id, **_scorers(lifecycle)}
    return Accepted(seq=seq, data={**data, "warnings": list(warnings)} if warnings else data)


def _scorers(lifecycle: Sequence[Event]) -> dict[str, JsonValue]:
    """Which scorers the run has, the primary first: it may be one that nobody asked for."""
    for event in lifecycle:
        if isinstance(event, RunCreated):
            return {"scorers": [f"{each.name}@{each.version}" for each in event.scorers]}
    return {}
