"""What a worker measures of itself. Without an OTLP endpoint every call here does nothing."""

from contextlib import AbstractContextManager, nullcontext

from opentelemetry.trace import Span, get_current_span

from runoff_inference_worker.errors import AttemptFailed
from runoff_runtime.telemetry import enabled, meter, tracer

_entries = meter.create_counter(
    "runoff.worker.entries", unit="{entry}", description="Entries answered or failed for good"
)
_attempts = meter.create_counter(
    "runoff.worker.attempts", unit="{attempt}", description="Attempts, by model and error class"
)
_durations = meter.create_histogram(
    "runoff.worker.attempt.duration", unit="s", description="Duration of one attempt"
)


def entries_settled(n_entries: int) -> None:
    """Count entries that every contender has answered or failed."""
    _entries.add(n_entries)


class Instruments:
    """Of one contender; its model's name is the only label that grows."""

    def __init__(self, model: str) -> None:
        self._model = {"model": model}
        self._answered = {**self._model, "error_class": "none"}
        self.are_on = enabled()
        """Whether anybody hears of it: calls that do nothing are still calls, some an entry."""

    def call(self, n_entries: int) -> AbstractContextManager[Span | None]:
        """A span around one call of the model; nothing where its slice is not traced."""
        if not self.are_on or not get_current_span().is_recording():
            return nullcontext()
        return tracer.start_as_current_span(
            "call model", attributes={**self._model, "runoff.n_entries": n_entries}
        )

    def attempts(self, n_attempts: int, duration_s: float, error: AttemptFailed | None) -> None:
        """Count attempts of one call, which share its duration."""
        labels = {**self._model, "error_class": error.error_class} if error else self._answered
        _attempts.add(n_attempts, labels)
        _durations.record(duration_s, labels)
