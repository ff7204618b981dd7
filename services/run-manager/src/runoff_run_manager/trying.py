"""Launches that are only tried: everything that is wrong at once, and nothing is appended.

A launch is refused for the first thing that is wrong; whoever fills in a form wants all of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from runoff_contracts.commands import Accepted, CheckLaunch, CreateRun
from runoff_contracts.estimate import LaunchChecked
from runoff_contracts.events.dataset import DatasetVersionAdded
from runoff_contracts.events.lifecycle import Contender, RunCreated
from runoff_contracts.plan import Plan
from runoff_contracts.problem import Problem
from runoff_contracts.task import Task
from runoff_objects.entry_set import count
from runoff_objects.errors import ObjectMissing
from runoff_objects.store import Objects
from runoff_run_manager import contenders, decide, judges, scorers, stopping
from runoff_run_manager.book import Book
from runoff_run_manager.checking import Checks
from runoff_run_manager.errors import Refusal, entries_gone, nothing_selected
from runoff_run_manager.known import Known
from runoff_run_manager.label_fit import strange_labels
from runoff_run_manager.plans import Plans


class Trials:
    """Carries out the command."""

    def __init__(self, book: Book, objects: Objects, checks: Checks) -> None:
        self._book, self._objects, self._checks = book, objects, checks
        self._plans, self._known = Plans(book), Known(book)

    async def check(self, command: CheckLaunch) -> Accepted:
        """What run, workers and scoring say against a launch."""
        asked, problems = command.launch, list[Problem]()
        plan: Plan | None = None
        with _noting(problems):
            plan = await self._plans.plan(asked.plan) if asked.plan else None
        if plan is not None:
            asked = stopping.with_plan(asked, plan)
        version: DatasetVersionAdded | None = None
        dataset = await self._known.dataset(asked.dataset.partition("@")[0])
        task = dataset.registered.task if dataset else None
        with _noting(problems):
            version = contenders.version_meant(asked.dataset, dataset)
        n_entries = await self._n_entries(asked, version, problems)
        found = await self._contenders(asked, task, problems)
        checked = LaunchChecked(
            task=task,
            dataset=version.dataset if version else None,
            dataset_version=version.number if version else None,
            entries=version.digest if version else None,
            n_entries=n_entries,
            contenders=found,
        )
        created: RunCreated | None = None
        if version is not None and n_entries is not None and len(found) == len(asked.models):
            with _noting(problems):
                created = await self._created(asked, version, checked, plan)
        elif task is not None:
            with _noting(problems):
                scorers.choose(task, asked.scorers)
        checked = checked.model_copy(update={"problems": problems})
        if created is not None:
            checked = await self._with_checks(asked, created, version, checked)
        return Accepted(seq=0, data=checked.model_dump(mode="json"))

    async def _n_entries(
        self, asked: CreateRun, version: DatasetVersionAdded | None, problems: list[Problem]
    ) -> int | None:
        if version is None:
            return None
        rule, n_entries = asked.config.stop_when_decided, 0
        with _noting(problems):
            try:
                n_entries = await count(self._objects, version.digest, asked.selection)
            except ObjectMissing as error:
                raise entries_gone() from error
            if n_entries == 0:
                raise nothing_selected()
        if rule is not None and rule.max_entries is not None:
            n_entries = min(n_entries, rule.max_entries)
        return n_entries or None

    async def _contenders(
        self, asked: CreateRun, task: Task | None, problems: list[Problem]
    ) -> list[Contender]:
        """Those that are known; without a dataset each is taken to be for what it says itself."""
        found = []
        for position, each in enumerate(asked.models):
            model = await self._known.model(each)
            own = model.registered.task if model else "text"
            with _noting(problems):
                made = contenders.contender(each, model, position=position, task=task or own)
                found.append(made)
        return found

    async def _created(
        self,
        asked: CreateRun,
        version: DatasetVersionAdded,
        checked: LaunchChecked,
        plan: Plan | None,
    ) -> RunCreated:
        made = decide.create_run(
            asked,
            None,
            version=version,
            task=checked.task or "text",
            # The set that a selection would make is not made: its size is what counts here.
            entries=decide.Entries(version.digest, checked.n_entries or 1),
            contenders=checked.contenders,
            now=datetime.now(UTC),
            judge_models=await self._known.judge_models(asked.scorers),
            template=await self._book.run(asked.template) if asked.template else None,
            plan=plan,
        )
        (created,) = (each for each in made if isinstance(each, RunCreated))
        return created

    async def _with_checks(
        self,
        asked: CreateRun,
        created: RunCreated,
        version: DatasetVersionAdded | None,
        checked: LaunchChecked,
    ) -> LaunchChecked:
        """The same with what workers and scoring say."""
        problems, warnings = list(checked.problems), list[str]()
        with _noting(problems):
            await self._checks.check_scorers(created.scorers, asked.scorers)
        with _noting(problems):
            warnings = await self._checks.check(
                created,
                fields=version.fields if version else None,
                judged_at=judges.places(asked.scorers or created.scorers),
            )
            warnings += await strange_labels(self._objects, created)
        update = {"scorers": created.scorers, "judges": created.judges or []}
        return checked.model_copy(update={**update, "problems": problems, "warnings": warnings})


@contextmanager
def _noting(problems: list[Problem]) -> Iterator[None]:
    """Takes down a refusal instead of letting it end everything."""
    try:
        yield
    except Refusal as refused:
        problems.append(refused.problem)
