"""What is asked of a model, how a run proceeds, and which statuses it has."""

from enum import StrEnum
from typing import Literal

Task = Literal["classification"]
"""More tasks join with their scorers; a run compares models on one task."""

Priority = Literal["high", "normal", "low"]
"""Work of a higher one is handed out first; a lower one gets its turn now and then."""
PRIORITIES: tuple[Priority, ...] = ("high", "normal", "low")


class Status(StrEnum):
    """Where a run stands; the last three are settled and never change again."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen in this run."""
        return self in {Status.COMPLETED, Status.FAILED, Status.CANCELED}
