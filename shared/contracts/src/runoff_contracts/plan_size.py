"""How many entries a comparison needs: asked before a run, or after one that showed nothing."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from runoff_contracts.run_config import Asked


class PlanSizeAsked(Asked):
    """A difference that is to be seen, or a number of entries; and how much entries vary."""

    difference: float | None = Field(default=None, gt=0, le=1e100)
    """In the metric's unit: 0.02 is two points of accuracy."""
    n_entries: int | None = Field(default=None, ge=2, le=10**12)
    discordance: float | None = Field(default=None, gt=0, le=1)
    """Of a metric that passes or fails: share of entries that exactly one of two models gets
    right."""
    sd: float | None = Field(default=None, ge=1e-100, le=1e100)
    """Of another metric: standard deviation of the differences between two models, per entry."""
    from_run: Annotated[str, StringConstraints(min_length=8, max_length=36)] | None = None
    """A completed run that says how much entries vary, by its id."""
    metric: str | None = Field(default=None, min_length=1, max_length=200)
    """Of that run; its primary one where left out."""
    power: float = Field(default=0.8, gt=0.5, lt=1)
    """Chance of seeing the difference where it is there."""
    alpha: float = Field(default=0.05, ge=1e-9, le=0.5)
    """Chance of seeing one where there is none."""

    @model_validator(mode="after")
    def _one_thing_is_known(self) -> Self:
        if (self.difference is None) == (self.n_entries is None):
            raise ValueError("give either difference or n_entries: the other one is the answer")
        known = [self.discordance, self.sd, self.from_run]
        if sum(each is not None for each in known) != 1:
            raise ValueError("give one of discordance, sd, from_run: how much do entries vary?")
        if self.metric is not None and self.from_run is None:
            raise ValueError("metric is of from_run, which is left out")
        if self.difference is not None and self.difference > (self.discordance or self.difference):
            raise ValueError("no difference is larger than the discordance")
        return self


class SizeRow(BaseModel):
    """One line of the table."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    n_entries: int
    difference: float | None
    """The smallest that so many entries show with this power; None where they show none."""


class PlanSize(BaseModel):
    """The answer, and what lies around it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: Literal["pass_fail", "mean"]
    metric: str | None
    discordance: float | None
    sd: float | None
    from_run: str | None
    """What both were taken from: of the run's pairs, the one that varies most."""
    power: float
    alpha: float
    n_entries: int
    """Asked for, or needed."""
    difference: float | None
    """Wanted, or the smallest that is shown; None where so few entries show none."""
    rows: list[SizeRow]
    sentence: str
