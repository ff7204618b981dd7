"""What is asked of a model, how a run proceeds, and which statuses it has."""

from enum import StrEnum
from typing import Literal

Task = Literal["classification", "detection", "coordinates", "text"]
"""What is asked of a model; `answers.py` has the shape of targets and answers for each."""
TASKS: tuple[Task, ...] = ("classification", "detection", "coordinates", "text")

Priority = Literal["high", "normal", "low"]
"""Work of a higher one is handed out first; a lower one gets its turn now and then."""
PRIORITIES: tuple[Priority, ...] = ("high", "normal", "low")


class Status(StrEnum):
    """Where a run stands; completed, failed and canceled are settled and never change again."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def settled(self) -> bool:
        """Whether nothing more will happen in this run."""
        return self in {Status.COMPLETED, Status.FAILED, Status.CANCELED}
