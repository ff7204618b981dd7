"""Telemetry that nobody asked for costs nothing."""

from __future__ import annotations

import threading

import pytest
from opentelemetry import metrics, trace
from opentelemetry.trace import INVALID_SPAN_CONTEXT

from runoff_eventlog.tracing import context_of, current_traceparent
from runoff_runtime import telemetry
from runoff_runtime.broker import make_broker
from runoff_runtime.settings import ServiceSettings

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(autouse=True)
def _no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(telemetry.ENDPOINT, raising=False)


@pytest.mark.parametrize("endpoint", [None, ""])
def test_without_an_endpoint_nothing_is_installed(
    monkeypatch: pytest.MonkeyPatch, endpoint: str | None
) -> None:
    """No provider, no thread, no middleware on each message."""
    if endpoint is not None:
        monkeypatch.setenv(telemetry.ENDPOINT, endpoint)
    providers = (trace.get_tracer_provider(), metrics.get_meter_provider())
    threads = threading.active_count()
    flush = telemetry.set_up_telemetry("run-manager", instance="one")
    flush()

    assert not telemetry.enabled()
    assert (trace.get_tracer_provider(), metrics.get_meter_provider()) == providers
    assert threading.active_count() == threads
    assert not list(make_broker(ServiceSettings(), name="x").middlewares)


def test_spans_of_nobody_are_no_spans() -> None:
    """Code that traces runs unchanged, and sends no trace context."""
    with telemetry.tracer.start_as_current_span("work") as span:
        assert span.get_span_context() == INVALID_SPAN_CONTEXT
        assert current_traceparent() is None


def test_a_trace_goes_on_from_a_messages_headers() -> None:
    """And garbage there starts a new one instead of breaking the message."""
    found = trace.get_current_span(context_of({"traceparent": TRACEPARENT})).get_span_context()

    assert f"{found.trace_id:032x}" == TRACEPARENT.split("-")[1]
    for headers in (None, {}, {"traceparent": ""}, {"traceparent": "00-zz-zz-zz"}):
        assert not trace.get_current_span(context_of(headers)).get_span_context().is_valid
