"""Settings of the pages, read from the environment with the prefix `RUNOFF_`."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class WebSettings(BaseSettings):
    """Where the API is, and where the pages are served. There is no bus and no store here."""

    model_config = SettingsConfigDict(env_prefix="RUNOFF_", extra="ignore")

    api_url: str = "http://127.0.0.1:8700"
    host: str = "127.0.0.1"
    port: int = Field(default=8701, ge=0, le=65535)
    """0 takes a free one."""
    allowed_hosts: str = ""
    """Names that the pages may be called by besides loopback ones, separated by commas.

    `*` allows every name: for a proxy that checks it itself.
    """
    max_image_pixels: int = Field(default=100_000_000, ge=1)
    """Larger images are not made smaller for a page."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
