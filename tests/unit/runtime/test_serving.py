"""The HTTP server of a process: it ends when it is told to, between two of its turns."""

from __future__ import annotations

import asyncio

import pytest
import uvicorn
from starlette.applications import Starlette

from runoff_runtime import serving
from runoff_testkit.waiting import eventually


async def test_a_stop_does_not_wait_for_the_next_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is to end would otherwise stay for up to a turn."""
    monkeypatch.setattr(serving, "_TICK_S", 3600.0)
    config = uvicorn.Config(Starlette(), host="127.0.0.1", port=0, log_config=None)
    server = serving.Server(config)
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        serve = group.create_task(server.serve())
        await eventually(lambda: server.started)
        server.stop()
        await serve

    assert not server.servers[0].is_serving()
