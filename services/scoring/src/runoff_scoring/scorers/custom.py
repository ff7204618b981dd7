"""Scorers of one's own: `module:function`, from modules that the operator allows.

    def share_of_words(answer, target, *, least=0):
        return len(set(answer["text"].split()) & set(target.split())) / len(target.split())

The function is called with the answer as JSON (`label`, `text`, `data`, `boxes` or `point`, with
`confidence` and `probabilities` where there are any), the target as the dataset has it, and the
arguments that were chosen at launch. It answers a number, or in words why there is none. It runs
in this service and without a limit of time, so it has to be quick, and to answer alike when it is
asked again: the same predictions are to give the same scores.
"""

import importlib
from collections.abc import Callable, Sequence

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.scorers import CustomParams, ScorerInfo
from runoff_scoring.scorers.scorer import Scorer

_ANSWER = {"label", "text", "data", "boxes", "point", "confidence", "probabilities"}
_MAX_REASON = 200


def open_custom(info: ScorerInfo, allowed: Sequence[str]) -> Scorer:
    """The scorer; where its function cannot be had, one that says so of every entry."""
    module, _, name = info.name.partition(":")
    if not _is_allowed(module, allowed):
        return _broken(info, f"module {module} is not allowed (RUNOFF_PYTHON_MODULES)")
    try:
        function: object = importlib.import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
    except Exception as error:  # an import runs foreign code, which may raise whatever it likes
        return _broken(info, f"{info.name} cannot be imported: {_said(error)}")
    if not callable(function):
        return _broken(info, f"{info.name} is no function")
    return Scorer(info, _calling(function))


def _calling(
    function: Callable[..., object],
) -> Callable[[Prediction, Target, CustomParams], float | str]:
    def score(prediction: Prediction, target: Target, params: CustomParams) -> float | str:
        answer = prediction.model_dump(mode="json", include=_ANSWER, exclude_none=True)
        try:
            value = function(answer, target, **params.arguments)
        except Exception as error:  # foreign code: one bad entry must not stop scoring for all
            return f"the function raised {_said(error)}"
        if isinstance(value, int | float):
            return float(value)
        if isinstance(value, str) and value:
            return value[:_MAX_REASON]
        return f"the function gave a {type(value).__name__}, not a number"

    return score


def _broken(info: ScorerInfo, reason: str) -> Scorer:
    return Scorer(info, lambda _, __, ___: reason[:_MAX_REASON])


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:_MAX_REASON]


def _is_allowed(module: str, names: Sequence[str]) -> bool:
    return any(
        module == name or (name.endswith(".*") and f"{module}.".startswith(name[:-1]))
        for name in names
    )
