"""Settings of the inference worker, read from the environment with the prefix `RUNOFF_`."""

import os
import socket
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator
from pydantic_settings import NoDecode

from runoff_runtime.settings import ServiceSettings


class WorkerSettings(ServiceSettings):
    """What a worker may use, and whom it may load."""

    worker_name: Annotated[str, StringConstraints(min_length=1, max_length=100)] = Field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}"
    )
    """Different for each worker of an installation; stands in every entry's fact."""
    python_modules: Annotated[tuple[str, ...], NoDecode] = ()
    """Modules that `python/` models may come from, with commas between; `package.*` allows all
    modules below a package. None are allowed by default: such a model is code that runs here."""
    python_path: Annotated[tuple[str, ...], NoDecode] = ()
    """Folders, with commas between, where those modules are looked for after all installed ones:
    a file in them never stands in for a dependency."""
    model_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    """Hosts, with commas between, that models behind a network may be at: `models.example.org`,
    `*.example.org`, `localhost:8080`. Any where none is named."""
    chromium: Path | None = None
    """File of the browser for `browser/` models; the first one found on PATH where left out."""
    max_pixels: int = Field(default=50_000_000, ge=1)
    """An image with more is a bad entry; it is never decoded."""
    image_memory_bytes: int = Field(default=256 * 1024 * 1024, ge=1024 * 1024)
    """Decoded images kept for models that have not answered yet; one more may be decoded."""
    onnx_threads: int = Field(default_factory=lambda: max((os.cpu_count() or 2) // 2, 1), ge=1)
    """Of one ONNX call. Half of the cores, since calls and processes share them."""
    max_abandoned_calls: int = Field(default=32, ge=1)
    """Calls that ran over their limit and cannot be stopped; with more, models are unavailable."""
    stop_grace_s: float = Field(default=5.0, ge=0)
    """On SIGTERM, how long slices under way may go on before they are handed back."""

    @field_validator("python_modules", "python_path", "model_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
