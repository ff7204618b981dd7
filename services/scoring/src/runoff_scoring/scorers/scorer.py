"""What a scorer is: a named, versioned function from prediction and target to a value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, JsonValue

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.task import Task


class NoParams(BaseModel):
    """Of a scorer that takes none."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Scored:
    """A value, or why there is none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Scorer:
    """One line of the table in `scorers/__init__.py`."""

    name: str
    version: int
    tasks: frozenset[Task]
    higher_is_better: bool
    score: Callable[[Prediction, Target, "BaseModel"], float | str]
    """Answers a value, or in words why nothing can be scored. The target is as its task wants it,
    or None; the prediction may hold no answer."""
    params: type[BaseModel] = NoParams
    """What may be chosen at launch, with defaults."""
    is_pass_fail: bool = False
    """Every value is 0 or 1, so that pairs are tested by McNemar's test."""

    def with_params(self, params: Mapping[str, JsonValue]) -> "ReadyScorer":
        """The scorer as a run wants it.

        Raises:
            pydantic.ValidationError: When the parameters are not its own.
        """
        return ReadyScorer(self, self.params.model_validate(params))


@dataclass(frozen=True)
class ReadyScorer:
    """A scorer with its parameters."""

    scorer: Scorer
    params: BaseModel = field(default_factory=NoParams)

    @property
    def name(self) -> str:
        """Of the scorer."""
        return self.scorer.name

    def __call__(self, prediction: Prediction, target: Target) -> Scored:
        """The score of one prediction."""
        answer = self.scorer.score(prediction, target, self.params)
        return Scored(None, answer) if isinstance(answer, str) else Scored(answer)
