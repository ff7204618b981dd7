"""OpenTelemetry: traces and metrics over OTLP when an endpoint is set, nothing otherwise.

Without `OTEL_EXPORTER_OTLP_ENDPOINT` no provider is installed: the API's own no-operation tracer
and meter answer, which cost a function call.
"""

import os
from collections.abc import Callable

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"

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
    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "runoff",
            "service.instance.id": instance,
        }
    )
    traces = TracerProvider(resource=resource)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(traces)
    measures = MeterProvider(
        resource=resource, metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())]
    )
    metrics.set_meter_provider(measures)

    def flush() -> None:
        traces.shutdown()
        measures.shutdown()

    return flush
