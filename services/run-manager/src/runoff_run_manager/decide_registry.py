"""What registering a dataset or a model leads to: pure functions to events, or a refusal."""

import re
from dataclasses import dataclass
from datetime import datetime

from runoff_contracts.commands import RegisterDataset, RegisterModel
from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.event import Event
from runoff_contracts.events.dataset import DatasetRegistered, DatasetVersionAdded
from runoff_contracts.events.model import ModelRegistered, ModelVersionAdded
from runoff_contracts.model_spec import UploadSpec
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Dataset, Model

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_NAME_WORDS = "up to 100 letters, digits, dots, dashes and underscores"
LLM_NAME = re.compile(r"(?=.{1,200}\Z)[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*)*")
"""As the APIs call their models: `llama3.1:8b`, `meta-llama/Llama-3.1-8B`."""
LLM_NAME_WORDS = "up to 200 letters, digits, dots, dashes, underscores, colons and single slashes"


@dataclass(frozen=True)
class Registrable:
    """What can be registered under a provider's name."""

    kinds: tuple[str, ...]
    """Of declarations, `spec.kind`."""
    needs_file: bool = False
    """A model is a file, or (False) its declaration says everything."""
    name: re.Pattern[str] = _NAME
    name_words: str = _NAME_WORDS


_LLM = Registrable(("llm",), name=LLM_NAME, name_words=LLM_NAME_WORDS)
REGISTRABLE: dict[str, Registrable] = {
    "onnx": Registrable(("onnx",), needs_file=True),
    "oip": Registrable(("oip", "oip_text")),
    "llm": _LLM,
    "openai": _LLM,
    "anthropic": _LLM,
    "google": _LLM,
    "ollama": _LLM,
    "upload": Registrable(("upload",), needs_file=True),
    "browser": Registrable(("browser",)),
}
"""By the part of a model's name before the first slash."""


def register_dataset(
    command: RegisterDataset, dataset: Dataset | None, *, now: datetime
) -> list[Event]:
    """Add a version; the same content again says nothing new."""
    events: list[Event] = []
    if dataset is None:
        events.append(
            DatasetRegistered(dataset=command.dataset, task=command.task, registered_at=now)
        )
    elif dataset.registered.task != command.task:
        raise refusal(
            "task-differs",
            f"Dataset {command.dataset} is for {dataset.registered.task}",
            409,
            field="task",
            hint=f"give task {dataset.registered.task}, or choose another name",
        )
    elif any(version.digest == command.entries for version in dataset.versions.values()):
        return []
    number = 1 + max(dataset.versions, default=0) if dataset else 1
    events.append(
        DatasetVersionAdded(
            dataset=command.dataset,
            number=number,
            digest=command.entries,
            n_entries=command.n_entries,
            splits=command.splits,
            sections=command.sections,
            fields=command.fields,
            added_at=now,
        )
    )
    return events


def register_model(command: RegisterModel, model: Model | None, *, now: datetime) -> list[Event]:
    """Add a version; the same file with the same declaration again says nothing new.

    Raises:
        Refusal: 422 for a name that cannot be one, a declaration of another provider, a file
            that is missing or too much; 409 where the name is a model's for another task.
    """
    _check(command)
    events: list[Event] = []
    if model is None:
        task = command.spec.task
        events.append(ModelRegistered(model=command.model, task=task, registered_at=now))
    elif version_of(command, model) is not None:
        return []
    elif model.registered.task != command.spec.task:
        raise refusal(
            "task-differs",
            f"Model {command.model} is for {model.registered.task}",
            409,
            field="spec.task",
            hint=f"give task {model.registered.task}, or choose another name",
        )
    number = 1 + max(model.versions, default=0) if model else 1
    content: dict[str, object] = {
        "file": command.file,
        "spec": command.spec.model_dump(mode="json"),
    }
    if isinstance(command.spec, UploadSpec) and command.spec.live:
        # Nothing else tells two of them apart, and a run takes no model twice.
        content["model"] = command.model
    events.append(
        ModelVersionAdded(
            model=command.model,
            number=number,
            digest=digest_of(canonical(content)),
            file=command.file,
            n_bytes=command.n_bytes,
            spec=command.spec,
            added_at=now,
        )
    )
    return events


def version_of(command: RegisterModel, model: Model | None) -> int | None:
    """Number of the version with this file and declaration; none where there is none.

    The declarations are held against each other and not their digests: a release that knows
    more fields makes another digest of an old declaration.
    """
    for number, version in model.versions.items() if model else ():
        if version.file == command.file and version.spec == command.spec:
            return number
    return None


def _check(command: RegisterModel) -> None:
    provider, _, name = command.model.partition("/")
    known = REGISTRABLE.get(provider)
    if known is None:
        raise refusal(
            "bad-model-name",
            f"{command.model!r} cannot be registered",
            422,
            field="model",
            hint=f"a name under {', '.join(f'{each}/' for each in REGISTRABLE)}",
        )
    if not known.name.fullmatch(name):
        raise refusal(
            "bad-model-name",
            f"{command.model!r} cannot be registered",
            422,
            field="model",
            hint=f"{provider}/ and {known.name_words}, without @version",
        )
    kind = command.spec.kind
    if kind not in known.kinds:
        raise refusal(
            "spec-differs",
            f"A declaration of kind {kind} is not for {provider}/",
            422,
            field="spec.kind",
            hint=f"{' or '.join(known.kinds)} for {provider}/",
        )
    is_live = isinstance(command.spec, UploadSpec) and command.spec.live
    needs_file = known.needs_file and not is_live
    if needs_file != (command.file is not None):
        what = "A live model" if is_live else f"A model of {provider}/"
        raise refusal(
            "bad-model-file",
            f"{what} {'is a file' if needs_file else 'has no file'}",
            422,
            field="file",
            hint="send the file" if needs_file else "leave it out",
        )
    if command.spec.kind == "llm" and provider == "llm" and command.spec.api is None:
        raise refusal(
            "api-missing",
            "A model of llm/ does not say by which protocol it is asked",
            422,
            field="spec.api",
            hint="openai, anthropic, google or ollama",
        )
