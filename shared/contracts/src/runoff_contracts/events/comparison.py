"""Events of `runoff.comparison.<digest>`."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field, JsonValue

from runoff_contracts.compared import Certainty
from runoff_contracts.event import Event, JsonObject
from runoff_contracts.ids import Digest, RunId


class ComparisonComputed(Event):
    """Contenders were compared; every surface reads the document and computes nothing itself.

    v2: the document left the event for the object store, where it stands under its digest.
    """

    subject_template: ClassVar[str] = "runoff.comparison.<digest>"
    type: Literal["comparison.computed"] = "comparison.computed"
    version: Literal[2] = 2
    digest: Digest
    """Of the document, and the key of its bytes in the object store."""
    scores_digest: Digest
    run_ids: list[RunId]
    task: str
    dataset: str
    models: list[str]
    """Of the contenders, in their order."""
    measure: str
    """The primary metric."""
    verdict: str
    winners: list[int] = Field(default_factory=list)
    """By the primary metric: places in `models`."""
    certainty: Certainty = "nothing"
    settled: bool = True
    """Of one settled run's contenders with every default: what its page shows."""
    first_document: dict[str, JsonValue] | None = None
    """The document itself, of events of version 1; it is not of the newest shape."""
    computed_at: AwareDatetime


def document_by_reference(data: JsonObject) -> JsonObject:
    """v1 to v2: what lists need is taken out of the document, which stays as it is."""
    document = data["document"]
    if not isinstance(document, dict):
        return data
    contenders = document.get("contenders")
    models = [
        each.get("model")
        for each in (contenders if isinstance(contenders, list) else [])
        if isinstance(each, dict)
    ]
    return {
        "type": data["type"],
        "digest": data.get("digest"),
        "scores_digest": document.get("scores_digest"),
        "run_ids": data.get("run_ids"),
        "task": document.get("task"),
        "dataset": document.get("dataset"),
        "models": models,
        "measure": document.get("measure") or "accuracy",
        "verdict": document.get("verdict"),
        "first_document": document,
        "computed_at": data.get("computed_at"),
    }
