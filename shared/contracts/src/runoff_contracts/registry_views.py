"""What the HTTP API answers of datasets and models."""

from pydantic import AwareDatetime, JsonValue

from runoff_contracts.answers import Target
from runoff_contracts.problem import Problem
from runoff_contracts.task import Task
from runoff_contracts.views import AcceptedView, View


class DatasetVersionView(View):
    """One immutable snapshot."""

    number: int
    digest: str
    n_entries: int
    splits: dict[str, int]
    sections: dict[str, int]
    fields: list[str] | None = None
    """What every entry has, as prompts name it; None where nobody looked."""
    added_at: AwareDatetime


class DatasetView(View):
    """A dataset with its versions, newest first."""

    dataset: str
    task: Task
    registered_at: AwareDatetime
    versions: list[DatasetVersionView]


class DatasetEntryView(View):
    """One entry of a dataset version."""

    index: int
    id: str
    file: str | None = None
    text: str | None = None
    target: Target = None
    section: str | None = None
    split: str | None = None
    metadata: dict[str, JsonValue] | None = None


class ModelVersionView(View):
    """One immutable version."""

    number: int
    digest: str
    file: str | None = None
    n_bytes: int | None = None
    spec: dict[str, JsonValue]
    added_at: AwareDatetime


class ModelView(View):
    """A registered model with its versions, newest first."""

    model: str
    task: Task
    registered_at: AwareDatetime
    versions: list[ModelVersionView]


class ModelCheckView(View):
    """Whether a worker can load or reach a model's version."""

    model: str
    number: int
    problem: Problem | None = None
    """What a launch would be refused for; None where the model is ready."""


class RegisteredPredictions(AcceptedView):
    """A version of a model `upload/…`, which may have been there before."""

    model: str
    number: int
    digest: str | None
    """Of the file: the same predictions have the same one. None where the model is live."""
    n_answers: int
    n_new: int
    """Rows that this request added; the others were there, which append allows."""
    n_bytes: int
    created: bool
    """False where these very predictions were registered under this name before."""
