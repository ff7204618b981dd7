"""Which dataset version and which models a launch means: pure functions, or a refusal."""

import re

from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.events.dataset import DatasetVersionAdded
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.model_spec import LlmSpec
from runoff_contracts.task import Task
from runoff_run_manager.decide_registry import LLM_NAME, LLM_NAME_WORDS, REGISTRABLE
from runoff_run_manager.errors import Refusal, refusal
from runoff_run_manager.evolve import Dataset, Model

DIRECT_LLMS = ("openai", "anthropic", "google", "ollama")
"""Providers whose models may be named as their API calls them, registered or not."""
_FUNCTION = re.compile(r"[\w.]+:\w+")


def version_meant(reference: str, dataset: Dataset | None) -> DatasetVersionAdded:
    """The version that `name@number` or `name@digest` means; the newest where none is named."""
    name, _, wanted = reference.partition("@")
    if dataset is None or not dataset.versions:
        raise refusal(
            "unknown-dataset",
            f"There is no dataset {name!r}",
            422,
            field="dataset",
            hint="the name of a registered dataset, or name@version",
        )
    if not wanted:
        return dataset.versions[max(dataset.versions)]
    for number, version in dataset.versions.items():
        if wanted in {str(number), version.digest}:
            return version
    known = ", ".join(str(number) for number in sorted(dataset.versions))
    raise refusal(
        "unknown-dataset",
        f"Dataset {name!r} has no version {wanted!r}",
        422,
        field="dataset",
        hint=f"one of the versions {known}",
    )


def contender(reference: str, model: Model | None, *, position: int, task: Task) -> Contender:
    """One model of a run, pinned to what it is now.

    A registered model goes before one that is named by what it is.

    Args:
        reference: `provider/name`, with `@number` where one version is meant.
        model: What the log has under that name; none for what is not registered.
        task: Of the run's dataset; what was declared for another one is refused.

    Raises:
        Refusal: 422 on `models.N`.
    """
    name, _, wanted = reference.partition("@")
    provider, _, target = name.partition("/")
    field = f"models.{position}"
    if provider == "python":
        return _function(reference, position)
    if provider not in REGISTRABLE:
        known = ", ".join(f"{each}/…" for each in (*REGISTRABLE, "python"))
        raise refusal(
            "unknown-provider", f"No provider for {reference!r}", 422, field=field, hint=known
        )
    if model is not None and model.versions:
        return _registered(name, wanted, model, position=position, task=task)
    if provider not in DIRECT_LLMS:
        raise _unknown(
            f"There is no model {name!r}",
            field,
            "the name of a registered model; `runoff model list` shows them",
        )
    if wanted or not LLM_NAME.fullmatch(target):
        raise _unknown(
            f"{reference!r} names no model",
            field,
            f"{provider}/ and {LLM_NAME_WORDS}; a @version only where it is registered",
        )
    spec = LlmSpec(task=task)
    digest = digest_of(canonical({"model": name, "spec": spec.model_dump(mode="json")}))
    return Contender(position=position, model=name, digest=digest, spec=spec)


def _function(reference: str, position: int) -> Contender:
    if not _FUNCTION.fullmatch(reference.partition("/")[2]):
        raise _unknown(
            f"{reference!r} names no function",
            f"models.{position}",
            "python/module:function, without @version",
        )
    return Contender(position=position, model=reference, digest=digest_of(reference.encode()))


def _registered(name: str, wanted: str, model: Model, *, position: int, task: Task) -> Contender:
    field = f"models.{position}"
    number = int(wanted) if wanted.isdecimal() else max(model.versions)
    version = model.versions.get(number)
    if version is None or (wanted and not wanted.isdecimal()):
        known = ", ".join(str(each) for each in sorted(model.versions))
        raise _unknown(
            f"Model {name!r} has no version {wanted!r}", field, f"one of the versions {known}"
        )
    if version.spec.task != task:
        raise refusal(
            "task-differs",
            f"Model {name} is for {version.spec.task}, and the dataset is for {task}",
            422,
            field=field,
            hint=f"a model for {task}",
        )
    return Contender(
        position=position,
        model=name,
        number=number,
        digest=version.digest,
        file=version.file,
        spec=version.spec,
    )


def _unknown(title: str, field: str, hint: str) -> Refusal:
    return refusal("unknown-model", title, 422, field=field, hint=hint)
