"""How a run proceeds, and which entries of a dataset version it asks about."""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from runoff_contracts.ids import ModelRef


class Asked(BaseModel):
    """A part of what a person asks for: an unknown field is a typing error, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class StopWhenDecided(Asked):
    """End a run as soon as it is decided which of its models is better.

    Its entries are asked in an order that is shuffled once, so that what was seen at any time is a
    random sample of all; the difference is watched by intervals that hold at all times at once.
    """

    metric: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    """A scorer of the run whose values have bounds; its primary where left out."""
    baseline: ModelRef | None = None
    """As in the run's models: the run ends when each other one is decided against it. Each pair
    has to be where it is left out."""
    margin: float | None = Field(default=None, gt=0, lt=1, allow_inf_nan=False)
    """`equivalent within ± margin` is a decision, too. Without one, equal models are asked to the
    end."""
    min_entries: int = Field(default=1, ge=1)
    """Nothing is decided on fewer."""
    max_entries: int | None = Field(default=None, ge=1)
    """At most so many entries are asked, decided or not."""
    seed: int = Field(default=0, ge=0, lt=2**32)
    """Of the order; the same one gives the same order, whatever else is selected."""

    @model_validator(mode="after")
    def _some_entries_are_left(self) -> Self:
        if self.max_entries is not None and self.max_entries < self.min_entries:
            raise ValueError("max_entries is below min_entries")
        return self


class RunConfig(Asked):
    """Pace and patience of a run; every worker that serves it obeys the same numbers."""

    batch_size: int = Field(default=32, ge=1, le=1024)
    """Entries in one call of a model that takes batches."""
    sleep_s: float = Field(default=0.0, ge=0, le=3600, allow_inf_nan=False)
    """Rest of a worker between two entries of this run."""
    concurrency: int = Field(default=4, ge=1, le=1024)
    """Calls under way at once, per model and worker."""
    retries: int = Field(default=2, ge=0, le=20)
    """Further attempts after a failed one."""
    timeout_s: float = Field(default=60.0, gt=0, le=3600, allow_inf_nan=False)
    """Limit of one attempt."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Per model and worker."""
    tokens_per_minute: int | None = Field(default=None, ge=1)
    """Input and output together, per model and worker."""
    max_cost_usd: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """The run ends as failed when its known cost is over it."""
    max_failed: Annotated[int, Field(ge=0)] | Annotated[float, Field(gt=0, lt=1)] | None = None
    """The run ends as failed when more entries failed: a count, or a share of all entries."""
    cache: bool = False
    """Take the answer that the same model version gave to the same inputs and parameters before."""
    stop_when_decided: StopWhenDecided | None = None
    """Every entry is asked where it is left out."""


class Selection(Asked):
    """The entries of a version that are meant: those that fit every field given."""

    split: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    section: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    ids: list[Annotated[str, StringConstraints(min_length=1, max_length=200)]] | None = Field(
        default=None, min_length=1, max_length=100_000
    )
