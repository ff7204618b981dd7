"""OpenTelemetry: traces and metrics over OTLP when an endpoint is set, nothing otherwise.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` no provider is installed: the API's own no-operation tracer
and meter answer, which cost a function call.
"""

import os
import time
from collections.abc import Callable
from threading import Thread

from opentelemetry import metrics, trace

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_FLUSH_S = 2.0

tracer = trace.get_tracer("runoff")
"""Starts spans; a proxy that finds the provider once there is one."""
meter = metrics.get_meter("runoff")


def enabled() -> bool:
    """Whether an operator asked for telemetry."""
    return bool(os.environ.get(ENDPOINT))


def set_up_telemetry(service: str, *, instance: str) -> Callable[[], None]:
    """Send this process's telemetry to the endpoint of the environment, if there is one.

    Returns:
        What to call at the end, so that nothing is left unsent.
    """
    if not enabled():
        return lambda: None
    # It takes as long to import as the rest of a small service does, and is off by default.
    from runoff_runtime.sdk import start_sdk

    started = start_sdk(service, instance=instance)

    def flush() -> None:
        # An endpoint that is away is asked again for ten seconds each: a stop cannot wait for that.
        senders = [Thread(target=each.shutdown, daemon=True) for each in started]
        for sender in senders:
            sender.start()
        deadline = time.monotonic() + _FLUSH_S
        for sender in senders:
            sender.join(max(deadline - time.monotonic(), 0))

    return flush
