"""A pydantic refusal in words of ours."""

from pydantic import ValidationError

from runoff_contracts.problem import FieldError


def field_errors(error: ValidationError) -> list[FieldError]:
    """One a field: its path with dots, and what would be right."""
    return [
        FieldError(
            field=".".join(str(part) for part in each["loc"]),
            # What our own validators say comes with the name of its Python type.
            message=each["msg"].removeprefix("Value error, "),
        )
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]
