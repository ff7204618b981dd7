"""OpenTelemetry's SDK and its sender: only what has an endpoint imports this."""

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def start_sdk(service: str, *, instance: str) -> tuple[TracerProvider, MeterProvider]:
    """Send this process's traces and metrics; both have to be shut down at the end."""
    resource = Resource.create(
        {
            "service.name": service,
            "service.namespace": "runoff",
            "service.instance.id": instance,
        }
    )
    traces = TracerProvider(resource=resource, shutdown_on_exit=False)
    traces.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(traces)
    measures = MeterProvider(
        resource=resource,
        metric_readers=[PeriodicExportingMetricReader(OTLPMetricExporter())],
        shutdown_on_exit=False,
    )
    metrics.set_meter_provider(measures)
    return traces, measures
