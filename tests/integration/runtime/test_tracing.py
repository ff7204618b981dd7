"""One command is one trace, from who asks to what is done, and its log lines belong to it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import nats
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from runoff_local.ports import free_port
from runoff_testkit.servers import Server
from runoff_testkit.waiting import wait_until
from tests.integration.runtime.conftest import Sample, Start
from tests.integration.runtime.sample_service import GO


@dataclass
class Collector:
    """What an OTLP endpoint was sent."""

    url: str = ""
    spans: list[Span] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    n_metric_reports: int = 0

    def take(self, path: str, body: bytes) -> None:
        if path == "/v1/metrics":
            ExportMetricsServiceRequest.FromString(body)
            self.n_metric_reports += 1
            return
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.services |= {
                attribute.value.string_value
                for attribute in resource.resource.attributes
                if attribute.key == "service.name"
            }
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def named(self, name: str) -> Span:
        (found,) = [span for span in self.spans if span.name == name]
        return found


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A small OTLP endpoint over HTTP."""
    collected = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collected.take(self.path, self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        collected.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield collected
        server.shutdown()
        thread.join()


async def test_a_command_is_one_trace(
    nats_server: Server, start: Start, collector: Collector
) -> None:
    """Asking, receiving and carrying out share a trace id, and so do their log lines."""
    sample = start("waits", nats_server.url, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    await _ask(nats_server, sample)
    sample.terminate()
    assert await asyncio.to_thread(sample.ended) == 0

    asking, doing = collector.named("ask for it"), collector.named("cancel run")
    assert asking.trace_id == doing.trace_id
    spans = {span.span_id: span for span in collector.spans}
    above = [span := doing]
    while span.parent_span_id in spans:
        above.append(span := spans[span.parent_span_id])
    assert above[-1] is asking
    assert "runoff.command.run.cancel process" in {span.name for span in above}
    assert collector.services == {"sample"}
    assert collector.n_metric_reports > 0
    trace_ids = {
        line["trace_id"] for line in sample.lines() if line["event"] in {"asked", "canceling"}
    }
    assert trace_ids == {asking.trace_id.hex()}


async def test_an_endpoint_that_is_away_disturbs_nothing(nats_server: Server, start: Start) -> None:
    """Commands are answered, and the stop does not wait long for what cannot be sent."""
    sample = start(
        "waits", nats_server.url, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}"
    )
    await _ask(nats_server, sample)
    started = time.monotonic()
    sample.terminate()

    assert await asyncio.to_thread(sample.ended) == 0
    assert time.monotonic() - started < 5


async def _ask(server: Server, sample: Sample) -> None:
    """Let the sample ask itself, and wait until it has its answer."""
    nc = await nats.connect(server.url)
    await nc.publish(GO, b"")
    await nc.flush()
    await nc.close()
    await asyncio.to_thread(
        lambda: wait_until(lambda: any(line["event"] == "asked" for line in sample.lines()))
    )
