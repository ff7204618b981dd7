"""The known scorers, what may be chosen of each, and which a task has where nobody chose.

The functions are in `runoff_scoring.scorers`; whoever launches a run needs this table alone to
pin names, versions and parameters into it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    TypeAdapter,
    field_validator,
    model_validator,
)
from pydantic_core import SchemaError

from runoff_contracts.ids import ModelRef
from runoff_contracts.rubric import Rubric
from runoff_contracts.task import TASKS, Task


class ScorerParams(BaseModel):
    """What may be chosen of a scorer; an unknown name is a typing error, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @property
    def needs_check(self) -> bool:
        """Whether only scoring can say that they can be used: it has the engines, and the code."""
        return False


class NoParams(ScorerParams):
    """Of a scorer that takes none."""


class TopKParams(ScorerParams):
    """How many of the likeliest labels count."""

    k: int = Field(default=5, ge=1, le=10)
    """At most ten, as many as are kept of an answer."""


class BoxParams(ScorerParams):
    """When a box counts as answered."""

    min_confidence: float = Field(default=0.5, ge=0, le=1)
    """Boxes below are left out; one without a confidence counts."""


class MatchParams(BoxParams):
    """When a box counts as found."""

    iou: float = Field(default=0.5, gt=0, le=1)
    """Least intersection over union of an answered box and a target box of the same label."""


class WithinParams(ScorerParams):
    """How far off still counts."""

    px: float = Field(default=10.0, ge=0, allow_inf_nan=False)
    """Largest distance to the target, in pixels of the original image."""


class ChoiceParams(ScorerParams):
    """What could be chosen."""

    choices: list[str] | None = Field(default=None, min_length=2, max_length=1000)
    """In the order of the letters. None takes those of the entry's metadata, `choices`, or, where
    there are none either, letters and numbers as they are answered."""


class NumericParams(ScorerParams):
    """How far off a number may be."""

    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    relative: bool = False
    """The tolerance is a share of the target's size, not a distance."""
    pick: Literal["last", "first"] = "last"
    """Which number counts in an answer that holds several."""


class RegexParams(ScorerParams):
    """What an answer has to contain."""

    pattern: str | None = Field(default=None, min_length=1, max_length=1000)
    """Of RE2: no look-around and no back-references. None takes the target for the pattern."""
    ignore_case: bool = False
    extract: bool = False
    """What the pattern finds, its first group if it has one, has to be the target; else it is
    enough that it finds anything."""

    @field_validator("pattern")
    @classmethod
    def _is_a_pattern(cls, value: str | None) -> str | None:
        """By pydantic's own engine, which knows what RE2 does but for rarities."""
        try:
            TypeAdapter(Annotated[str, StringConstraints(pattern=value)])
        except SchemaError as error:
            said = str(error).partition("SchemaError: ")[2]
            raise ValueError(f"not a regular expression of linear time: {said}") from error
        return value

    @model_validator(mode="after")
    def _something_is_extracted(self) -> Self:
        if self.extract and self.pattern is None:
            raise ValueError("extract needs a pattern")
        return self

    @property
    def needs_check(self) -> bool:
        return self.pattern is not None


class JsonValidParams(ScorerParams):
    """What an answer has to look like."""

    json_schema: dict[str, JsonValue] | None = None
    """A JSON Schema, draft 2020-12. None is content with any JSON."""

    @property
    def needs_check(self) -> bool:
        return self.json_schema is not None


class JudgingParams(ScorerParams):
    """Which language model judges, by what."""

    model: ModelRef
    """As for a run: `openai/gpt-4o`, or a registered name with or without its version."""
    rubric: Rubric
    repeats: int = Field(default=1, ge=1, le=10)
    """How often each question is asked."""


class JudgeParams(JudgingParams):
    """How one answer is judged."""

    highest: int = Field(default=1, ge=1, le=100)
    """Points of the answer that has most of what the rubric names. 1 is pass or fail: the score
    is 1 where more than half of the verdicts pass. Else it is the mean of points / highest."""
    higher_is_better: bool = True
    """False where the rubric names a fault, as rudeness."""


class JudgePairwiseParams(JudgingParams):
    """How two answers are held against each other."""


class CustomParams(ScorerParams):
    """Of a function of one's own, named `module:function`."""

    higher_is_better: bool = True
    """What a larger value means; nobody but its author knows."""
    arguments: dict[str, JsonValue] = Field(default_factory=dict, max_length=50)
    """Given to the function by name."""

    @property
    def needs_check(self) -> bool:
        return True


ValueKind = Literal["pass_fail", "graded", "bounded", "error"]
"""0 or 1; a few ordered steps; a number within bounds; a number without an upper bound. Pairs of
contenders are tested by the method that fits the kind."""


@dataclass(frozen=True)
class ScorerInfo:
    """One line of the table: what is known of a scorer without running it."""

    name: str
    tasks: frozenset[Task]
    higher_is_better: bool = True
    kind: ValueKind = "bounded"
    """Of its values. Parameters may say otherwise: `kind_of` knows."""
    highest: float = 1.0
    """Value that there can be, of a scorer whose values have bounds; the lowest is 0."""
    unit: str | None = None
    """Of its values; None for shares and numbers without one."""
    params: type[ScorerParams] = NoParams
    version: int = 1
    """The newest. It changes with every change of a value that the scorer gives."""

    @property
    def is_pass_fail(self) -> bool:
        """Whether it gives 0 and 1 only, where its parameters say nothing else."""
        return self.kind == "pass_fail"


_CLASSIFICATION: frozenset[Task] = frozenset({"classification"})
_DETECTION: frozenset[Task] = frozenset({"detection"})
_COORDINATES: frozenset[Task] = frozenset({"coordinates"})
_TEXT: frozenset[Task] = frozenset({"text"})

KNOWN_SCORERS: dict[str, ScorerInfo] = {
    each.name: each
    for each in (
        ScorerInfo("accuracy", _CLASSIFICATION, kind="pass_fail"),
        ScorerInfo("log_loss", _CLASSIFICATION, higher_is_better=False, kind="error"),
        ScorerInfo("brier", _CLASSIFICATION, higher_is_better=False, highest=2.0),
        ScorerInfo("top_k", _CLASSIFICATION, kind="pass_fail", params=TopKParams),
        ScorerInfo("found_all", _DETECTION, kind="pass_fail", params=MatchParams),
        ScorerInfo("precision", _DETECTION, params=MatchParams),
        ScorerInfo("recall", _DETECTION, params=MatchParams),
        ScorerInfo("f1", _DETECTION, params=MatchParams),
        ScorerInfo("class_agreement", _DETECTION, params=BoxParams),
        ScorerInfo("within", _COORDINATES, kind="pass_fail", params=WithinParams),
        ScorerInfo("pixel_distance", _COORDINATES, False, kind="error", unit="px"),
        ScorerInfo("normalised_distance", _COORDINATES, False, kind="error"),
        ScorerInfo("normalised_match", _TEXT, kind="pass_fail"),
        ScorerInfo("exact_match", _TEXT, kind="pass_fail"),
        ScorerInfo("token_f1", _TEXT),
        ScorerInfo("choice", _TEXT, kind="pass_fail", params=ChoiceParams),
        ScorerInfo("numeric", _TEXT, kind="pass_fail", params=NumericParams),
        ScorerInfo("regex", _TEXT, kind="pass_fail", params=RegexParams),
        ScorerInfo("json_valid", _TEXT, kind="pass_fail", params=JsonValidParams),
        ScorerInfo("json_fields", _TEXT),
        ScorerInfo("similarity", _TEXT),
        ScorerInfo("judge", _TEXT, kind="pass_fail", params=JudgeParams),
        ScorerInfo("judge_pairwise", _TEXT, kind="graded", params=JudgePairwiseParams),
    )
}
"""By name."""

DEFAULT_SCORERS: dict[Task, tuple[str, ...]] = {
    "classification": ("accuracy",),
    "detection": ("found_all", "precision", "recall", "f1", "class_agreement"),
    "coordinates": ("within", "pixel_distance", "normalised_distance"),
    "text": ("normalised_match", "exact_match", "token_f1"),
}
"""The first is the task's primary: it passes or fails, so that comparisons can test it."""


def is_pass_fail(scorer: str, params: Mapping[str, JsonValue]) -> bool:
    """Whether a scorer with its parameters gives 0 and 1 only, 1 being right.

    Nothing is assumed of an unknown one.
    """
    return kind_of(scorer, params) == "pass_fail"


def kind_of(scorer: str, params: Mapping[str, JsonValue]) -> ValueKind:
    """What values a scorer with its parameters gives. Of an unknown one no bounds are assumed."""
    info = KNOWN_SCORERS.get(scorer)
    if info is None:
        return "error"
    # Of a judge: by more points it grades, and a fault that is there is no success.
    passes = params.get("highest", 1) == 1 and params.get("higher_is_better") is not False
    return "graded" if info.kind == "pass_fail" and not passes else info.kind


def bounds_of(scorer: str, params: Mapping[str, JsonValue]) -> tuple[float, float] | None:
    """Between which values a scorer with its parameters stays; None where there is no bound."""
    info = KNOWN_SCORERS.get(scorer)
    if info is None or kind_of(scorer, params) == "error":
        return None
    return 0.0, info.highest


def is_exact(scorer: str, params: Mapping[str, JsonValue]) -> bool:
    """Whether the same answers give the same values to the last bit.

    Not so of what is made of confidences, boxes and points: their last bits follow from how entries
    fell into batches. Nor of points that a judge gave.
    """
    info = KNOWN_SCORERS.get(scorer)
    if info is None or is_pass_fail(scorer, params):
        return info is not None
    return info.tasks == _TEXT and not is_judged(scorer)


def judging_params(
    scorer: str, params: Mapping[str, JsonValue]
) -> JudgeParams | JudgePairwiseParams:
    """The parameters of a scorer that a model judges by.

    Raises:
        pydantic.ValidationError: When they are not its own.
    """
    kind = JudgeParams if scorer == "judge" else JudgePairwiseParams
    return kind.model_validate(params)


def is_judged(scorer: str) -> bool:
    """Whether a scorer's values are what a judging model said."""
    info = KNOWN_SCORERS.get(scorer)
    return info is not None and issubclass(info.params, JudgingParams)


def n_questions(scorer: str, params: Mapping[str, JsonValue], n_contenders: int) -> int:
    """What a judge is asked about one entry: each answer by itself, or each pair in both orders."""
    repeats = judging_params(scorer, params).repeats
    return repeats * (n_contenders if scorer == "judge" else n_contenders * (n_contenders - 1))


def needs_check(scorer: str, params: Mapping[str, JsonValue]) -> bool:
    """Whether only scoring can say that a scorer can be used so, as `ScorerParams.needs_check`."""
    info = scorer_info(scorer)
    return info is not None and info.params.model_validate(params).needs_check


def higher_is_better(scorer: str, params: Mapping[str, JsonValue]) -> bool | None:
    """The direction of a scorer with its parameters, where it is known."""
    info = scorer_info(scorer)
    if info is None:
        return None
    return info.higher_is_better and params.get("higher_is_better") is not False


_CUSTOM = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def scorer_info(name: str) -> ScorerInfo | None:
    """What is known of a scorer: a line of the table, or of `module:function` what holds of all."""
    known = KNOWN_SCORERS.get(name)
    if known is None and len(name) <= 200 and _CUSTOM.fullmatch(name):
        return ScorerInfo(name, frozenset(TASKS), params=CustomParams)
    return known
