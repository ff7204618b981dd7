"""Wires run-manager: commands in, events and work out."""

import time

import structlog
from nats.aio.client import Client

from runoff_eventlog.log import EventLog
from runoff_objects.store import Objects
from runoff_run_manager.book import Book
from runoff_run_manager.checking import Checks
from runoff_run_manager.consumer import Commands, subscribe
from runoff_run_manager.feeder import Feeder
from runoff_run_manager.follow import Follower
from runoff_run_manager.settings import Settings
from runoff_run_manager.work_queue import WorkQueue
from runoff_run_manager.workers import Workers
from runoff_runtime.broker import client_of, make_broker
from runoff_runtime.process import Service

logger = structlog.get_logger(__name__)


class _Parts:
    """Made once the broker is connected."""

    def __init__(self, nc: Client, settings: Settings) -> None:
        self.workers = Workers(clock=time.monotonic)
        log = EventLog(nc, source="runoff/run-manager")
        queue = WorkQueue(nc)
        self.feeder = Feeder(log, queue, self.workers, look_s=settings.queue_look_s)
        self.follower = Follower(log, queue, self.feeder)
        self.commands = Commands(
            Book(log), Objects.open(settings.object_store), Checks(nc, self.workers)
        )


def make_service(settings: Settings) -> Service:
    """The service, ready to run."""
    broker = make_broker(settings, name="run-manager")
    made: list[_Parts] = []

    def parts() -> _Parts:
        if not made:
            made.append(_Parts(client_of(broker), settings))
        return made[0]

    async def follow(nc: Client) -> None:
        await parts().follower.follow(nc)

    async def feed(nc: Client) -> None:
        await parts().follower.caught_up()
        await parts().feeder.feed(nc)

    async def listen(nc: Client) -> None:
        await parts().workers.listen(nc)

    async def caught_up() -> bool:
        return parts().follower.is_caught_up

    subscribe(broker, lambda: parts().commands)
    return Service("run-manager", settings, broker, tasks=[listen, follow, feed], check=caught_up)
