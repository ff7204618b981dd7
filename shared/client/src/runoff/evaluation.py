"""What is asked for in one file: `runoff run launch eval.yaml`."""

import json
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError

from runoff.errors import InvalidInput
from runoff.validation import field_errors
from runoff_contracts.commands import MAX_CONTENDERS, Label, ScorerAsked
from runoff_contracts.ids import ModelRef
from runoff_contracts.params import Params
from runoff_contracts.run_config import Asked, RunConfig, Selection
from runoff_contracts.task import Priority

SCHEMA_ID = "eval.schema.json"


def _name_will_do(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


Scorer = Annotated[
    ScorerAsked, BeforeValidator(_name_will_do, json_schema_input_type=str | ScorerAsked)
]


class Evaluation(Asked):
    """Which models answer which entries, and at what pace."""

    # `labels: {lr: 0.001}` is what people write in YAML; a label is text all the same.
    model_config = ConfigDict(title="Runoff evaluation", coerce_numbers_to_str=True)

    dataset: str = Field(min_length=1, description="A dataset's name, or `name@version`.")
    models: list[ModelRef] = Field(
        min_length=1,
        max_length=MAX_CONTENDERS,
        description="`provider/name`, with `@version` where one version is meant.",
    )
    selection: Selection | None = Field(
        default=None, description="Only the entries that fit every field given."
    )
    config: RunConfig = Field(default=RunConfig(), description="Pace and patience.")
    priority: Priority = "normal"
    alias: Label | None = Field(default=None, description="A name for people.")
    labels: dict[Label, Label] = Field(default_factory=dict, max_length=50)
    start_at: AwareDatetime | None = Field(
        default=None,
        description="Nothing is asked before; with an offset, as 2026-11-21T20:00:00+01:00.",
    )
    scorers: list[Scorer] | None = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="Those of the task where left out. A name alone will do: `[within, f1]`.",
    )
    params: Params = Field(
        default_factory=dict,
        description="What is to be said of the run in booleans, numbers and texts.",
    )
    template: str | None = Field(
        default=None,
        max_length=100,
        description="Take over the parameters of this run; `params` are put on top of them.",
    )
    plan: str | None = Field(
        default=None,
        min_length=8,
        max_length=71,
        description="Digest of a sealed plan, or its beginning; `runoff plan seal` says it.",
    )

    @classmethod
    def read(cls, path: Path) -> Self:
        """The evaluation that a YAML or JSON file describes.

        Raises:
            InvalidInput: With the line where the YAML breaks, or every field that is wrong.
        """
        return cls.checked(read_yaml(path), path.name)

    @classmethod
    def checked(cls, data: object, name: str) -> Self:
        """The evaluation that `data` describes; `name` is what errors call it.

        Raises:
            InvalidInput: With every field that is wrong.
        """
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise InvalidInput(f"{name} is no evaluation:", field_errors(error)) from error


def read_yaml(
    path: Path, *, what: str = "mapping with `dataset` and `models`"
) -> dict[str, object]:
    """The mapping that a file holds.

    Raises:
        InvalidInput: When it cannot be read, is no YAML, or is no mapping.
    """
    try:
        data = yaml.safe_load(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is no UTF-8 text: {error}") from error
    except yaml.YAMLError as error:
        raise InvalidInput(f"{path} is no YAML: {error}") from error
    if not isinstance(data, dict):
        raise InvalidInput(f"{path} holds no {what}.")
    return data


def schema() -> str:
    """The JSON schema of such a file, for an editor that completes and checks while one types."""
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ID,
        **Evaluation.model_json_schema(),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
