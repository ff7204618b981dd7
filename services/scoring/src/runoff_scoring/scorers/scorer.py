"""What a scorer is: a line of `runoff_contracts.scorers` and the function that carries it out."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pydantic import JsonValue

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Judgement, Prediction
from runoff_contracts.problem import FieldError
from runoff_contracts.scorers import KNOWN_SCORERS, NoParams, ScorerInfo, ScorerParams

Metadata = Mapping[str, JsonValue]


class Scored(NamedTuple):
    """A value, or why there is none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True)
class Scorer:
    """One line of the table in `scorers/__init__.py`."""

    info: ScorerInfo
    """Name, version, tasks, direction and parameters."""
    score: Callable[[Prediction, Target, Any], float | str]
    """Answers a value, or in words why nothing can be scored.

    The prediction holds an answer. The target is as its task wants it, and there is one unless the
    scorer says that it needs none. The parameters are of the class that `info` names, which is
    why they are `Any` here.
    """
    needs_target: bool = True
    of_entry: Callable[[Any, Metadata], Any] | None = None
    """Fills parameters that nobody chose from the entry's metadata."""
    scale: Callable[[float, Metadata], float | str] | None = None
    """Puts a value into the entry's own measure: pixels into shares of an image's diagonal."""
    check: Callable[[Any], FieldError | None] | None = None
    """What is wrong with parameters beyond their shape; `field` is below `params`."""
    of_judgement: Callable[[Judgement, int, Any], float | str] | None = None
    """In place of `score` where a model judges: reads what it said of a contender's answer."""

    @classmethod
    def judged(cls, name: str, score: Callable[[Judgement, int, Any], float | str]) -> "Scorer":
        """The scorer of that name, whose values are what a judging model said."""
        return cls(KNOWN_SCORERS[name], _not_judged, needs_target=False, of_judgement=score)

    @classmethod
    def of(
        cls,
        name: str,
        score: Callable[[Prediction, Target, Any], float | str],
        *,
        needs_target: bool = True,
        check: Callable[[Any], FieldError | None] | None = None,
    ) -> "Scorer":
        """The scorer that the table of contracts knows under this name."""
        return cls(KNOWN_SCORERS[name], score, needs_target, check=check)

    @property
    def name(self) -> str:
        """As runs ask for it."""
        return self.info.name

    @property
    def version(self) -> int:
        """Raised with every change of a value that it gives."""
        return self.info.version

    def with_params(self, params: Mapping[str, JsonValue]) -> "ReadyScorer":
        """The scorer as a run wants it.

        Raises:
            pydantic.ValidationError: When the parameters are not its own.
        """
        return ReadyScorer(self, self.info.params.model_validate(params))


@dataclass(frozen=True)
class ReadyScorer:
    """A scorer with its parameters."""

    scorer: Scorer
    params: ScorerParams = field(default_factory=NoParams)

    @property
    def name(self) -> str:
        """Of the scorer."""
        return self.scorer.name

    def __call__(
        self,
        prediction: Prediction,
        target: Target,
        metadata: Metadata | None = None,
        judgement: Judgement | None = None,
    ) -> Scored:
        """The score of one prediction; a reason where there is no target or no answer.

        Args:
            judgement: What this scorer's judge said of the entry, where it has one.
        """
        if target is None and self.scorer.needs_target:
            return _NO_TARGET
        if not prediction.is_answer:
            return _NO_ANSWER
        params: Any = self.params  # of the class that `info` names, as `Scorer.score` says
        if self.scorer.of_entry is not None:
            params = self.scorer.of_entry(params, metadata or {})
        if self.scorer.of_judgement is not None and judgement is not None:
            value = self.scorer.of_judgement(judgement, prediction.contender, params)
        else:
            value = self.scorer.score(prediction, target, params)
        if self.scorer.scale is not None and not isinstance(value, str):
            value = self.scorer.scale(value, metadata or {})
        if isinstance(value, str):
            return Scored(None, value)
        return Scored(value) if math.isfinite(value) else _NOT_FINITE


def _not_judged(_: Prediction, __: Target, ___: Any) -> str:  # as `Scorer.score`
    return "not judged"


_NO_TARGET = Scored(None, "no target")
_NO_ANSWER = Scored(None, "no answer")
_NOT_FINITE = Scored(None, "the score is not a finite number")
