"""One run is one trace: what asked for it stands in everything that follows."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from pathlib import Path

from runoff_contracts import subjects
from runoff_contracts.commands import CreateRun
from runoff_contracts.ids import new_run_id
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually
from tests.integration.run_manager.office import Office
from tests.integration.run_manager.processes import ServiceProcess
from tests.integration.run_manager.streams import made_streams

TRACE = "0af7651916cd43dd8448eb211c80319c"


async def test_a_launch_carries_its_trace_to_events_and_work(
    nats_server: Server, tmp_path: Path
) -> None:
    """Through the command, the log and a restart; nobody listens where the spans would go."""
    made_streams(nats_server.url)
    service = ServiceProcess(
        "runoff_run_manager",
        nats_url=nats_server.url,
        folder=tmp_path,
        env={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"},
    )
    try:
        await asyncio.to_thread(service.start)
        async with Office.open(nats_server, service, tmp_path) as office:
            command = CreateRun(
                command_id=uuid.uuid4().hex,
                sent_at=datetime.now(UTC),
                run_id=new_run_id(),
                dataset=await office.dataset(10),
                models=["python/m:f"],
            )
            await office.nc.request(
                subjects.command(command.type),
                command.model_dump_json().encode(),
                timeout=10,
                headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"},
            )
            await office.until(command.run_id, "run.started")
            item = subjects.work("normal", command.run_id, 0)
            await eventually(lambda: _in_queue(office, command.run_id))

            messages = await office.log.read(subjects.lifecycle(command.run_id))
            work = await office.log.js.get_last_msg(subjects.WORK_STREAM, item)
            traces = [message.headers["traceparent"] for message in messages]
            traces.append((work.headers or {})["traceparent"])
            assert [trace.split("-")[1] for trace in traces] == [TRACE] * 3
    finally:
        service.kill9()


async def _in_queue(office: Office, run_id: str) -> bool:
    return (await office.queued())[run_id] > 0
