"""Files of past work become a dataset, uploaded predictions, and one run that compares them."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from runoff.client import Client
from runoff.errors import InvalidInput
from runoff.importing.sample import Row, Sample, Source
from runoff.predictions import json_line
from runoff_contracts.answers import target_error
from runoff_contracts.commands import MAX_CONTENDERS
from runoff_contracts.problem import FieldError
from runoff_contracts.task import Task
from runoff_contracts.uploads import UploadedAnswer, answer_error
from runoff_contracts.views import AcceptedView

MAX_ERRORS = 100
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")

Say = Callable[[str], None]


@dataclass
class Answers:
    """What one model answered, written down as it is uploaded."""

    name: str
    made_by: str
    path: Path
    n_rows: int = 0


@dataclass
class Gathered:
    """Everything that the files hold, on disk."""

    task: Task
    answers: list[Answers]
    manifest: Path | None
    """None where the files have no entries, only predictions."""
    n_entries: int
    dataset: str | None
    images: Path | None


@dataclass(frozen=True)
class Imported:
    """What came of an import."""

    dataset: str
    models: list[str]
    run: AcceptedView | None
    seq: int
    """Log sequence of the last thing that was registered."""


def gather(sources: Sequence[Source], folder: Path, *, names: Sequence[str] = ()) -> Gathered:
    """Read all files once and write what they hold below a folder.

    Args:
        names: What to call the models, in order of their first sample; their own where left out.

    Raises:
        InvalidInput: With the places of the first hundred samples that are wrong, or because the
            files are of different tasks, or ask different things under one id.
    """
    tasks = sorted({source.task for source in sources})
    if len(tasks) != 1:
        raise InvalidInput(f"The files are of different tasks: {', '.join(tasks)}.")
    with ExitStack() as stack:
        work = _Gathering(tasks[0], folder, stack, names)
        for source in sources:
            for sample in source.samples():
                work.take(sample, source)
        return work.whole(sources)


@dataclass
class _Gathering:
    task: Task
    folder: Path
    stack: ExitStack
    names: Sequence[str]
    errors: list[FieldError] = field(default_factory=list)
    n_errors: int = 0
    _answers: dict[tuple[Path, str], tuple[Answers, IO[bytes]]] = field(default_factory=dict)
    _targets: dict[str, int] = field(default_factory=dict)
    _manifest: IO[bytes] | None = None

    def take(self, sample: Sample, source: Source) -> None:
        """Write down what a sample says."""
        if sample.entry is not None:
            self._entry(sample, {name: v for name, v in sample.entry.items() if v is not None})
        if sample.answer is not None:
            self._answer(sample, source)

    def whole(self, sources: Sequence[Source]) -> Gathered:
        """What was written, once all of it is sound."""
        if self.n_errors:
            more = f", the first {len(self.errors)} are" if self.n_errors > MAX_ERRORS else ""
            raise InvalidInput(f"{self.n_errors} mistakes{more}:", self.errors)
        answers = [each for each, _ in self._answers.values()]
        if len(answers) > MAX_CONTENDERS:
            raise InvalidInput(f"{len(answers)} models; a run compares {MAX_CONTENDERS} at most.")
        if len(self.names) > len(answers):
            raise InvalidInput(f"{len(self.names)} names for {len(answers)} models.")
        return Gathered(
            task=self.task,
            answers=answers,
            manifest=self._path("manifest") if self._manifest else None,
            n_entries=len(self._targets),
            dataset=next((each.dataset for each in sources if each.dataset), None),
            images=next((each.images for each in sources if each.images), None),
        )

    def _entry(self, sample: Sample, entry: Row) -> None:
        target = entry.get("target")
        if target is not None:
            # Words of ours say what a target looks like; what else it is, the server checks.
            wrong = target_error(self.task, target)  # type: ignore[arg-type]  # any JSON
            if wrong is not None:
                self._note(sample.place.error("target", wrong))
                return
        line = json_line({"id": sample.entry_id, **entry})
        said, before = hash(json_line(target)), self._targets.get(sample.entry_id)
        if before is not None:
            # A later file may word the same question another way: the first one's stands.
            if before != said:
                message = f"{sample.entry_id!r} had another target before: not the same entries"
                self._note(sample.place.error("target", message))
            return
        self._targets[sample.entry_id] = said
        if self._manifest is None:
            self._manifest = self.stack.enter_context(self._path("manifest").open("wb"))
        self._manifest.write(line)

    def _answer(self, sample: Sample, source: Source) -> None:
        try:
            row = UploadedAnswer.model_validate(
                {"entry_id": sample.entry_id, **(sample.answer or {})}
            )
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                where = ".".join(str(part) for part in each["loc"])
                self._note(sample.place.error(where, each["msg"]))
            return
        wrong = answer_error(self.task, row)
        if wrong is not None:
            self._note(sample.place.error(*wrong))
            return
        answers, file = self._file_of(sample.model or source.model, source)
        file.write(row.model_dump_json(exclude_none=True).encode() + b"\n")
        answers.n_rows += 1

    def _file_of(self, model: str, source: Source) -> tuple[Answers, IO[bytes]]:
        key = (source.path, model)
        if key not in self._answers:
            number = len(self._answers)
            taken = {each.name for each, _ in self._answers.values()}
            wanted = self.names[number] if number < len(self.names) else name_of(model)
            path = self._path(f"answers-{number}")
            file = self.stack.enter_context(path.open("wb"))
            self._answers[key] = Answers(_free(wanted, taken), model[:200], path), file
        return self._answers[key]

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.jsonl"

    def _note(self, error: FieldError) -> None:
        self.n_errors += 1
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(error)


def name_of(model: str) -> str:
    """A name that a model can be registered under, close to what it is called."""
    bare = model.removeprefix("upload/")
    return _UNSAFE.sub("-", bare).strip("-._")[:90] or "model"


def carry_out(
    client: Client,
    gathered: Gathered,
    *,
    dataset: str | None = None,
    launch: bool = True,
    labels: Mapping[str, str] | None = None,
    say: Say = lambda _: None,
) -> Imported:
    """Upload the predictions, register the dataset, launch the run.

    Predictions first: where one is wrong no dataset is left behind.

    Raises:
        InvalidInput: When there is nothing to ask the predictions against.
        ProblemError: When the server refuses a part.
    """
    name = dataset or (name_of(gathered.dataset) if gathered.dataset else None)
    if name is None:
        raise InvalidInput("Say what the predictions are about: --dataset NAME.")
    if not gathered.answers and gathered.manifest is None:
        raise InvalidInput("The files hold neither entries nor predictions.")
    models: list[str] = []
    seq = 0
    for answers in gathered.answers:
        uploaded = client.predictions.upload(
            answers.name, answers.path, task=gathered.task, made_by=answers.made_by
        )
        models.append(uploaded.id)
        seq = max(seq, uploaded.seq)
        say(f"Predictions {uploaded.id}: {uploaded.n_answers} of {answers.made_by}")
    if gathered.manifest is not None:
        added = client.datasets.add(
            gathered.manifest, name=name, task=gathered.task, files=gathered.images
        )
        name, seq = added.id, max(seq, added.seq)
        say(f"Dataset {added.id}: {gathered.n_entries} entries")
    if not launch or not models:
        return Imported(name, models, None, seq)
    run = client.runs.launch(dataset=name, models=models, labels=labels, alias="imported")
    return Imported(name, models, run, seq)


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
