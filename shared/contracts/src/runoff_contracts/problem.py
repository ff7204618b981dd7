"""What a refused command or request says: problem details after RFC 9457."""

from pydantic import BaseModel, ConfigDict, Field


class FieldError(BaseModel):
    """One thing that is wrong, where it stands, and what would be right."""

    model_config = ConfigDict(frozen=True)

    field: str
    message: str
    file: str | None = None
    line: int | None = None


class Problem(BaseModel):
    """`type` is stable and may be relied upon; `detail` is for people."""

    model_config = ConfigDict(frozen=True)

    type: str
    """As `urn:runoff:problem:unknown-model`."""
    title: str
    status: int = Field(ge=400, le=599)
    detail: str = ""
    errors: list[FieldError] = Field(default_factory=list)


def problem(
    name: str, title: str, status: int, detail: str = "", errors: list[FieldError] | None = None
) -> Problem:
    """A problem whose type is `urn:runoff:problem:<name>`."""
    return Problem(
        type=f"urn:runoff:problem:{name}",
        title=title,
        status=status,
        detail=detail,
        errors=errors or [],
    )
