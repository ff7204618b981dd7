"""What can go wrong when models are asked.

WorkerError
├── AttemptFailed        one call gave no answer: becomes a fact, an attempt with its error class
│   ├── TimedOut         over the limit of one attempt
│   ├── ModelRaised      the model raised
│   ├── MalformedAnswer  it answered something that is no prediction
│   ├── BadEntry         the entry itself cannot be read: no model is asked, nothing is retried
│   ├── Unavailable      the model could not be loaded or reached
│   ├── RateLimited      a model behind a network was asked too often or too much (429)
│   ├── ServerFailed     it failed (5xx)
│   ├── ConnectionFailed there is no connection to it, or it broke
│   └── Rejected         it refused the request as such: nothing is retried
├── ModelRefused         a model cannot be taken as it was declared: carries the problem to answer
└── RunUnknown           the log has no such run (permanent): its work is dropped
"""

from runoff_contracts.events.entry import AttemptError, ErrorClass, Usage
from runoff_contracts.problem import FieldError, Problem, problem

_MESSAGE_CHARACTERS = 2000


class WorkerError(Exception):
    """Base of everything that the inference worker raises."""


class AttemptFailed(WorkerError):
    """One call gave no answer for an entry."""

    error_class: ErrorClass

    def __init__(
        self,
        message: str,
        *,
        retry: bool = True,
        status_code: int | None = None,
        retry_after_s: float | None = None,
        usage: Usage | None = None,
        cost_usd: float | None = None,
    ) -> None:
        """Say what went wrong.

        Args:
            retry: Whether asking again may help.
            status_code: Of the HTTP answer, where there was one.
            retry_after_s: What the server asked to wait before the next attempt.
            usage: Tokens that the call was charged for though it gave no answer.
            cost_usd: Of that usage; None where the price is not known.
        """
        super().__init__(message)
        self.message = message[:_MESSAGE_CHARACTERS]
        self.retry = retry
        self.status_code, self.retry_after_s = status_code, retry_after_s
        self.usage, self.cost_usd = usage, cost_usd

    def fact(self) -> AttemptError:
        """As the log keeps it."""
        return AttemptError(
            error_class=self.error_class, message=self.message, status_code=self.status_code
        )


class TimedOut(AttemptFailed):
    """The call took longer than the run's limit for one attempt."""

    error_class: ErrorClass = "timeout"

    def __init__(self, limit_s: float) -> None:
        super().__init__(f"no answer within {limit_s:g} s")


class ModelRaised(AttemptFailed):
    """The model raised; its type and message are kept, its traceback is not."""

    error_class: ErrorClass = "exception"

    @classmethod
    def of(cls, error: BaseException) -> "ModelRaised":
        """From what was raised."""
        return cls(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


class MalformedAnswer(AttemptFailed):
    """The model answered, but not with a prediction."""

    error_class: ErrorClass = "malformed_answer"


class BadEntry(AttemptFailed):
    """The entry cannot be read, so that no model can be asked about it."""

    error_class: ErrorClass = "bad_entry"

    def __init__(self, message: str) -> None:
        super().__init__(message, retry=False)


class Unavailable(AttemptFailed):
    """There is no model to ask: it did not load, or it cannot be reached."""

    error_class: ErrorClass = "unavailable"


class RateLimited(AttemptFailed):
    """Asked too often or too much (429): later, and less at once."""

    error_class: ErrorClass = "rate_limit"


class ServerFailed(AttemptFailed):
    """The server that has the model failed (5xx)."""

    error_class: ErrorClass = "server"


class ConnectionFailed(AttemptFailed):
    """There is no connection to the server, or it broke before the whole answer was here."""

    error_class: ErrorClass = "connection"


class Rejected(AttemptFailed):
    """The server refused the request as such (other 4xx, or for its content)."""

    error_class: ErrorClass = "rejected"

    def __init__(
        self,
        message: str,
        *,
        status_code: int | None = None,
        usage: Usage | None = None,
        cost_usd: float | None = None,
    ) -> None:
        super().__init__(
            message, retry=False, status_code=status_code, usage=usage, cost_usd=cost_usd
        )


class ModelRefused(WorkerError):
    """The model cannot be taken; `problem` says which field is wrong and what would be right."""

    def __init__(
        self, name: str, title: str, detail: str = "", errors: list[FieldError] | None = None
    ) -> None:
        self.problem: Problem = problem(name, title, 422, detail, errors)
        said = "; ".join(f"{error.field}: {error.message}" for error in self.problem.errors)
        super().__init__(": ".join(part for part in (title, detail, said) if part))


class RunUnknown(WorkerError):
    """The log has no such run: whoever sent the work spoke of another log."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"no run {run_id} in the log")
