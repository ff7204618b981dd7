"""One run is one trace, from the request over the bus to the database."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from runoff_testkit.live import StackMaker
from runoff_testkit.waiting import wait_until
from tests.e2e.conftest import ENV
from tests.e2e.using import launch, register_texts, wait_settled

Traces = dict[str, set[tuple[str, str]]]
SERVICES = {"query", "run-manager", "inference-worker", "scoring", "projector"}


class Collector:
    """An OTLP receiver over HTTP: service and span name by trace, and metric names."""

    def __init__(self) -> None:
        self.traces: Traces = defaultdict(set)
        self.metrics: set[str] = set()

    def take(self, path: str, body: bytes) -> None:
        """Take an export."""
        if path.endswith("/traces"):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                service = _service(resource.resource.attributes)
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        self.traces[span.trace_id.hex()].add((service, span.name))
        else:
            for metric_resource in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                for metric_scope in metric_resource.scope_metrics:
                    self.metrics |= {metric.name for metric in metric_scope.metrics}


def test_a_run_is_one_trace_through_http_nats_and_postgres(
    stack_maker: StackMaker, tmp_path: Path
) -> None:
    """Whoever looks for a slow run sees all of it at once."""
    with _collector() as (collector, endpoint):
        env = {
            **ENV,
            "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "OTEL_METRIC_EXPORT_INTERVAL": "500",
        }
        with stack_maker(tmp_path / "runoff", env=env) as stack:
            register_texts(stack, name="traced", n=200)
            run_id = launch(stack, dataset="traced", models=["first_letter", "last_letter"])
            wait_settled(stack, run_id)
            wait_until(lambda: _whole_trace(collector.traces), deadline_s=20)
            trace = _whole_trace(collector.traces)

    names = {name for _, name in trace}
    assert any("POST" in name and "/api/runs" in name for name in names), names
    assert any("COPY" in name or "INSERT" in name for name in names), names
    assert {"runoff.worker.entries", "runoff.worker.attempts"} <= collector.metrics


def _whole_trace(traces: Traces) -> set[tuple[str, str]]:
    """Spans of the trace that every service took part in; empty while there is none."""
    whole = (
        spans for spans in list(traces.values()) if {service for service, _ in spans} >= SERVICES
    )
    return next(whole, set())


@contextmanager
def _collector() -> Iterator[tuple[Collector, str]]:
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _service(attributes: object) -> str:
    for each in attributes:  # type: ignore[attr-defined]  # a repeated protobuf field
        if each.key == "service.name":
            return str(each.value.string_value)
    return ""
