"""Settings of run-manager."""

from pydantic import Field

from runoff_runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """How it looks after the work queue, beyond what every service has."""

    queue_look_s: float = Field(default=5.0, gt=0)
    """Time between two looks for work that the queue lost."""
