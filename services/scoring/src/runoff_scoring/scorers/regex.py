r"""Regex: 1 where a pattern is found in the answer, or what it finds there is the target.

Patterns are run by RE2, whose time is linear in the length of the answer whatever the pattern, so
that none can hold the service up, and which gives the same result however busy the machine is.
The price: no look-around and no back-references, and `\w`, `\d` and `\b` know ASCII only.
"""

from functools import lru_cache
from typing import Any

import re2

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction
from runoff_contracts.problem import FieldError
from runoff_contracts.scorers import RegexParams
from runoff_scoring.scorers.scorer import Scorer
from runoff_scoring.scorers.targets import OBJECT, best, texts
from runoff_scoring.text.structure import meaning

_MOST_BYTES = 8 * 1024 * 1024
"""Of a compiled pattern and its automaton."""


class _BadPattern(ValueError):
    """RE2 cannot compile it; the message says why."""


def score(prediction: Prediction, target: Target, params: RegexParams) -> float | str:
    """1.0 or 0.0; in words why not where there is no pattern, or one that RE2 does not know."""
    answer = (prediction.text or "").encode()
    try:
        if params.extract:
            return _extracted(answer, target, params)
        if params.pattern is not None:
            return float(_found(params.pattern, answer, params) is not None)
        if isinstance(target, dict):
            return OBJECT
        patterns = texts(target)
        if not patterns:
            return "neither the run nor the target gives a pattern"
        return float(any(_found(each, answer, params) is not None for each in patterns))
    except _BadPattern as error:
        return str(error)


def _extracted(answer: bytes, target: Target, params: RegexParams) -> float | str:
    if target is None:
        return "no target"
    match = _found(params.pattern or "", answer, params)
    if match is None:
        return 0.0
    group = match.group(1) if match.re.groups else match.group(0)
    found = meaning((group or b"").decode("utf-8", "replace"))
    return best(target, lambda text: float(found == meaning(text)))


def _found(pattern: str, answer: bytes, params: RegexParams) -> Any:  # re2 has no types
    return _compiled(pattern.encode(), params.ignore_case).search(answer)


@lru_cache(maxsize=64)
def _compiled(pattern: bytes, ignore_case: bool) -> Any:  # re2 has no types
    options = re2.Options()
    options.max_mem = _MOST_BYTES
    options.log_errors = False
    options.case_sensitive = not ignore_case
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0]
        said = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        raise _BadPattern(f"not a pattern of RE2: {said}") from error


def check(params: RegexParams) -> FieldError | None:
    """Whether RE2 knows the pattern."""
    if params.pattern is None:
        return None
    try:
        _compiled(params.pattern.encode(), params.ignore_case)
    except _BadPattern as error:
        return FieldError(field="pattern", message=str(error))
    return None


SCORER = Scorer.of("regex", score, needs_target=False, check=check)
