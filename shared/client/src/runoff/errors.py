"""What the client raises.

RunoffError
├── ServerUnreachable   nothing answers at the address
├── NotServed           an answer was not there within the time that the caller gave
├── ProblemError        the server refused; `problem` says what was wrong and where
├── UnexpectedAnswer    something answers that is no Runoff server, or one of another release
├── InvalidInput        a file on this machine is wrong; nothing was sent
├── ExtraMissing        this needs packages that are not installed
├── StackFailed         the local stack did not start
└── RunNotCompleted     a run that something waited for failed or was canceled
"""

from collections.abc import Sequence

from runoff_contracts.problem import FieldError, Problem

MAX_SHOWN = 20


class RunoffError(Exception):
    """Base of everything that the client raises. Its text says what to do."""


class ServerUnreachable(RunoffError):
    """Start a server with `runoff up`, or name the right address."""

    def __init__(self, url: str, *, origin: str, reason: str) -> None:
        super().__init__(
            f"No Runoff server answers at {url} ({origin}): {reason}\n"
            "Start one here with `runoff up`, or name another with --url or RUNOFF_API_URL."
        )
        self.url, self.origin, self.reason = url, origin, reason


class NotServed(RunoffError):
    """The server works on it still: ask again, or give it more time."""

    def __init__(self, what: str, *, waited_s: float) -> None:
        super().__init__(f"{what} is not there after {waited_s:g} s. Ask again later.")
        self.what, self.waited_s = what, waited_s


class ProblemError(RunoffError):
    """The server refused and changed nothing: read `problem.errors`, correct, and send again."""

    def __init__(self, problem: Problem) -> None:
        super().__init__("\n".join([_headline(problem), *field_lines(problem.errors)]))
        self.problem = problem

    @property
    def name(self) -> str:
        """The last part of the problem's type, as `unknown-model`."""
        return self.problem.type.rpartition(":")[2]


class UnexpectedAnswer(RunoffError):
    """Look at what serves this address: it is no Runoff, or another release of it."""

    def __init__(self, url: str, *, status: int, reason: str) -> None:
        super().__init__(f"{url} answered {status}, and not as Runoff does: {reason}")
        self.url, self.status, self.reason = url, status, reason


class InvalidInput(RunoffError):
    """Correct the file at the places that `errors` names; nothing was sent."""

    def __init__(self, what: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__("\n".join([what, *field_lines(errors)]))
        self.what, self.errors = what, list(errors)


class ExtraMissing(RunoffError):
    """Install the extra that its text names."""

    def __init__(self, what: str, *, extra: str) -> None:
        super().__init__(f"{what} is not installed here. Install it: pip install 'runoff[{extra}]'")
        self.extra = extra


class StackFailed(RunoffError):
    """Its text says why, and where the log of the failed start is."""


class RunNotCompleted(RunoffError):
    """Its entries say why: `runoff run entries RUN --status failed`."""

    def __init__(self, run_id: str, *, status: str, reason: str | None) -> None:
        super().__init__(f"Run {run_id}: {status}" + (f", {reason}" if reason else ""))
        self.run_id, self.status, self.reason = run_id, status, reason


def field_lines(errors: Sequence[FieldError]) -> list[str]:
    """One line an error, `file:line field: message`, and a count of those left out."""
    lines = [f"  {_place(error)}{error.message}" for error in errors[:MAX_SHOWN]]
    if len(errors) > MAX_SHOWN:
        lines.append(f"  … and {len(errors) - MAX_SHOWN} more")
    return lines


def _place(error: FieldError) -> str:
    where = f"{error.file}:{error.line}" if error.file and error.line else error.file or ""
    return "".join(f"{part}: " for part in (where, error.field) if part)


def _headline(problem: Problem) -> str:
    # What would be right often stands at the field, too: once is enough.
    is_at_field = any(each.message == problem.detail for each in problem.errors)
    said = problem.detail and not is_at_field
    return f"{problem.title}: {problem.detail}" if said else problem.title
