"""Settings of scoring."""

from runoff_runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """Nothing beyond what every service has."""
