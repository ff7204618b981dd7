"""What is said on core NATS to whoever listens at that moment; nobody may rely on hearing it."""

from pydantic import BaseModel, ConfigDict, Field

from runoff_contracts.ids import RunId


class Projected(BaseModel):
    """The read models have the log up to `seq`: whoever waits for that may read now."""

    model_config = ConfigDict(frozen=True)

    log_id: str
    seq: int
    runs: list[RunId]
    """Runs of which something new is to be seen."""


class Paused(BaseModel):
    """A run is paused: work that was handed out before `lifecycle_seq` is not to be begun."""

    model_config = ConfigDict(frozen=True)

    lifecycle_seq: int = Field(ge=0)
    """Last sequence of the run's lifecycle, as in `WorkItem.lifecycle_seq`."""
