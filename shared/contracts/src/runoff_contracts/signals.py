"""What is said on core NATS to whoever listens at that moment; nobody may rely on hearing it."""

from pydantic import BaseModel, ConfigDict

from runoff_contracts.ids import RunId


class Projected(BaseModel):
    """The read models have the log up to `seq`: whoever waits for that may read now."""

    model_config = ConfigDict(frozen=True)

    log_id: str
    seq: int
    runs: list[RunId]
    """Runs of which something new is to be seen."""
