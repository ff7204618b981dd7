"""Settings of scoring."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from runoff_runtime.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service has, and whose scorers may run here."""

    python_modules: Annotated[tuple[str, ...], NoDecode] = ()
    """Modules that scorers named `module:function` may come from, with commas between; `package.*`
    allows all modules below a package. None are allowed by default: it is code that runs here."""
    python_path: Annotated[tuple[str, ...], NoDecode] = ()
    """Folders, with commas between, where those modules are looked for after all installed ones."""

    scorer_limit_s: float = Field(default=10.0, gt=0, le=3600)
    """What one call of such a function may take."""

    @field_validator("python_modules", "python_path", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value
