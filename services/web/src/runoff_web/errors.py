"""What the pages raise.

WebError
├── BadForm         a field of a form holds what it cannot
├── BadParam        the address of a page says something that it cannot mean
├── BadJson         a field of a form holds no JSON
├── SaidMeanwhile   somebody else said something since the form was shown
└── ImageUnreadable an entry's file is no image that can be shown
"""


class WebError(Exception):
    """Base of everything that the pages raise."""


class BadParam(WebError):
    """Correct the parameter in the address; the message says what would be right."""

    def __init__(self, name: str, value: str, *, wanted: str) -> None:
        super().__init__(f"{name}={value!r} is not understood: it has to be {wanted}")
        self.name, self.value, self.wanted = name, value, wanted


class BadJson(WebError):
    """Show the field with the message, and mark the place where it breaks."""

    def __init__(
        self, field: str, message: str, *, line: int | None = None, column: int | None = None
    ) -> None:
        where = f"line {line}, column {column}: " if line is not None else ""
        super().__init__(where + message)
        self.field, self.line, self.column = field, line, column


class ImageUnreadable(WebError):
    """Look at the file itself: it is no image, damaged, or over the limit of pixels."""


class BadForm(WebError):
    """A field of a form holds what it cannot: the page says so at the field, and keeps the rest."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class SaidMeanwhile(WebError):
    """Show what stands there now beside what was to be said; nothing was saved."""
