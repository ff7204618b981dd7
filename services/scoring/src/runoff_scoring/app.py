"""Wires scoring: processed entries in, scores and comparisons out."""

import sys

from nats.aio.client import Client

from runoff_contracts.commands import Accepted, ComputeComparison
from runoff_contracts.problem import Problem
from runoff_eventlog.log import EventLog
from runoff_objects.store import Objects
from runoff_runtime.broker import client_of, make_broker
from runoff_runtime.commands import handle
from runoff_runtime.service import Service
from runoff_scoring.comparisons import Comparisons
from runoff_scoring.consumer import Consumer
from runoff_scoring.settings import Settings


def make_service(settings: Settings) -> Service:
    """The service, ready to run."""
    sys.path += [folder for folder in settings.python_path if folder not in sys.path]
    broker = make_broker(settings, name="scoring")
    objects = Objects.open(settings.object_store)
    made: list[Consumer] = []

    def consumer() -> Consumer:
        if not made:
            log = EventLog(client_of(broker), source="runoff/scoring")
            modules = settings.python_modules
            made.append(Consumer(log, Comparisons(log, objects), python_modules=modules))
        return made[0]

    async def follow(nc: Client) -> None:
        await consumer().follow(nc)

    async def compute(command: ComputeComparison) -> Accepted | Problem:
        return await consumer().compute(command)

    handle(broker, ComputeComparison, queue="scoring", handler=compute)
    return Service("scoring", settings, broker, tasks=[follow])
