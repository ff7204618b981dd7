"""Settings that every process has, read from the environment with the prefix `RUNOFF_`."""

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Where the process finds the others, and where it listens."""

    model_config = SettingsConfigDict(env_prefix="RUNOFF_", extra="ignore")

    nats_url: SecretStr = SecretStr("nats://127.0.0.1:4222")
    """May hold a user and a password, hence secret."""
    object_store: str = ".runoff/objects"
    """A folder, or a URL that obstore knows (`s3://bucket/prefix`)."""
    host: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    """0 takes a free one."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
