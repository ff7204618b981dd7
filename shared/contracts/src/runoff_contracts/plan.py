"""A plan: what is asked, and how it will be decided, said before anybody saw a result."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from runoff_contracts.comparison_asked import (
    MAX_COMPARED,
    MAX_DIMENSIONS,
    Adjustment,
    Dimension,
    FamilyKind,
    MethodAsked,
    Missing,
)
from runoff_contracts.ids import Digest, ModelRef, Name
from runoff_contracts.run_config import Asked, Selection, StopWhenDecided

Words = Annotated[str, StringConstraints(max_length=4000)]


class DatasetPlanned(Asked):
    """A dataset version, pinned when the plan was sealed."""

    dataset: Name
    number: int = Field(ge=1)
    digest: Digest


class StoppingRule(Asked):
    """When a run of the plan ends: after so many entries, or when it is decided."""

    n_entries: int | None = Field(default=None, ge=1)
    """All that are selected where both are left out."""
    when_decided: StopWhenDecided | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.n_entries is not None and self.when_decided is not None:
            raise ValueError("a run ends after n_entries, or when_decided: not both")
        return self


class PlanTerms(Asked):
    """All of a plan but the dataset."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    hypothesis: Words = ""
    """In words: what is expected, and why."""
    selection: Selection | None = None
    """Every entry of the version where it is left out."""
    models: list[ModelRef] | None = Field(default=None, min_length=2, max_length=MAX_COMPARED)
    """As a run names them; any where left out. One without version means whichever the run has."""
    baseline: ModelRef | None = None
    """Whom the others are held against."""
    metric: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """The scorer that decides."""
    higher_is_better: bool = True
    margin: float | None = Field(default=None, gt=0, allow_inf_nan=False, strict=True)
    """The largest difference that does not matter, in the metric's unit."""
    alpha: float = Field(default=0.05, ge=1e-9, le=0.5)
    family: FamilyKind | None = None
    adjust: Adjustment = "holm"
    missing: Missing = "paired_only"
    methods: dict[str, MethodAsked] = Field(default_factory=dict, max_length=50)
    """By scorer, which is the metric."""
    by: list[Dimension] = Field(default_factory=list, max_length=MAX_DIMENSIONS)
    """Groups that are tested, too, within the same family; none where left out."""
    clusters: Dimension | None = None
    stopping: StoppingRule = StoppingRule()

    @model_validator(mode="after")
    def _it_contradicts_itself_nowhere(self) -> Self:
        if self.baseline and self.models and self.baseline not in self.models:
            raise ValueError("the baseline is not among the models")
        if self.family == "baseline" and self.baseline is None:
            raise ValueError("family `baseline` needs a baseline")
        if set(self.methods) - {self.metric}:
            raise ValueError("methods are of another scorer than the plan's metric")
        rule = self.stopping.when_decided
        if rule is not None and rule.metric not in {None, self.metric}:
            raise ValueError("stopping.when_decided watches another metric than the plan's")
        if rule is not None and rule.baseline not in {None, self.baseline}:
            raise ValueError("stopping.when_decided has another baseline than the plan")
        return self


class PlanAsked(PlanTerms):
    """A plan as a person writes it."""

    dataset: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    """`name`, `name@number`, or `name@` and a version's digest; the newest version is pinned."""


class Plan(PlanTerms):
    """A plan as it is sealed. Its digest is of its canonical bytes."""

    dataset: DatasetPlanned

    @property
    def stop_when_decided(self) -> StopWhenDecided | None:
        """What a run of the plan has in its config, with the plan's choices filled in."""
        rule = self.stopping.when_decided
        if rule is None:
            return None
        margin = rule.margin if rule.margin is not None else self.margin
        filled = {"metric": self.metric, "baseline": self.baseline, "margin": margin}
        return rule.model_copy(update=filled)
