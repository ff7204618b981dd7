"""Wires scoring: processed entries in, scores and comparisons out."""

import time
from dataclasses import dataclass

from nats.aio.client import Client

from runoff_contracts.commands import Accepted, CheckScorers, ComputeComparison, SizePlan
from runoff_contracts.problem import Problem
from runoff_eventlog.log import EventLog
from runoff_objects.store import Objects
from runoff_runtime.broker import client_of, make_broker
from runoff_runtime.commands import handle
from runoff_runtime.process import Service
from runoff_scoring.checking import check_scorers
from runoff_scoring.comparisons import Comparisons
from runoff_scoring.consumer import Consumer
from runoff_scoring.own.consumer import OwnConsumer
from runoff_scoring.own.scorer import Functions
from runoff_scoring.run_scorers import RunScorers
from runoff_scoring.settings import Settings
from runoff_scoring.sizes import Sizes
from runoff_scoring.watching.follow import Watching

N_CHECKS = 16
"""Launches whose scorers are checked at once: one import that takes long holds up no other."""


@dataclass(frozen=True)
class _Parts:
    """Made once the broker is connected."""

    consumer: Consumer
    own: OwnConsumer
    watching: Watching
    sizes: Sizes


def make_service(settings: Settings) -> Service:
    """The service, ready to run."""
    broker = make_broker(settings, name="scoring")
    objects = Objects.open(settings.object_store)
    functions = Functions(
        modules=settings.python_modules,
        path=settings.python_path,
        limit_s=settings.scorer_limit_s,
    )
    made: list[_Parts] = []

    def parts() -> _Parts:
        if not made:
            log = EventLog(client_of(broker), source="runoff/scoring")
            comparisons = Comparisons(log, objects)
            scorers = RunScorers(log, functions, on_open=comparisons.runs.gathering.open)
            watching = Watching(log, clock=time.monotonic)
            consumer = Consumer(log, comparisons, scorers, watching)
            own = OwnConsumer(log, scorers, watching)
            made.append(_Parts(consumer, own, watching, Sizes(comparisons.runs)))
        return made[0]

    async def follow(nc: Client) -> None:
        await parts().consumer.follow(nc)

    async def follow_own(nc: Client) -> None:
        try:
            await parts().own.follow(nc)
        finally:
            await functions.close()

    async def watch(nc: Client) -> None:
        await parts().watching.work(nc)

    async def compute(command: ComputeComparison) -> Accepted | Problem:
        return await parts().consumer.compute(command)

    async def size(command: SizePlan) -> Accepted | Problem:
        return await parts().sizes.size(command)

    async def check(command: CheckScorers) -> Accepted | Problem:
        return await check_scorers(command, functions)

    handle(broker, ComputeComparison, queue="scoring", handler=compute)
    handle(broker, SizePlan, queue="scoring", handler=size)
    handle(broker, CheckScorers, queue="scoring", handler=check, n_at_once=N_CHECKS)
    return Service("scoring", settings, broker, tasks=[follow, follow_own, watch])
