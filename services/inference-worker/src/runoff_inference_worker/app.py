"""Wires the inference worker: work items and CheckModel in, EntryProcessed out."""

import sys
from dataclasses import dataclass

from nats.aio.client import Client

from runoff_contracts.commands import Accepted, CheckModel, PricePrompts
from runoff_contracts.problem import FieldError, Problem, problem
from runoff_eventlog.log import EventLog
from runoff_inference_worker.again import Again
from runoff_inference_worker.consumer import Consumer
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.images import set_up_pillow
from runoff_inference_worker.llm.pricing import price_prompts
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.provider import Kit
from runoff_inference_worker.providers import PROVIDERS
from runoff_inference_worker.runs import Runs
from runoff_inference_worker.settings import WorkerSettings
from runoff_inference_worker.threads import Threads
from runoff_objects.store import Objects
from runoff_runtime.broker import make_broker
from runoff_runtime.commands import handle
from runoff_runtime.process import Service

QUEUE = "inference-worker"
N_CHECKS = 16
"""Models checked at once: one whose server is slow to answer keeps no other waiting."""


def make_kit(settings: WorkerSettings) -> Kit:
    """What providers work with."""
    threads = Threads(max_abandoned=settings.max_abandoned_calls)
    return Kit(Objects.open(settings.object_store), threads, settings, {})


@dataclass(frozen=True)
class Loops:
    """What a worker does over an open connection."""

    consumer: Consumer
    again: Again


def make_loops(nc: Client, kit: Kit) -> Loops:
    """The work loops over an open connection; they share runs, pictures and their memory."""
    settings = kit.settings
    log = EventLog(nc, source="runoff/inference-worker")
    # Decoding has threads of its own: models that hang must not keep images from being read.
    pictures = Pictures(kit.objects, Threads(), max_pixels=settings.max_pixels)
    memory, runs = Memory(settings.image_memory_bytes), Runs(log, kit)
    worker = settings.worker_name
    return Loops(
        Consumer(
            log,
            kit.objects,
            runs,
            pictures,
            memory,
            worker=worker,
            grace_s=settings.stop_grace_s,
        ),
        Again(log, kit.objects, runs, pictures=pictures, memory=memory, worker=worker),
    )


async def check_model(command: CheckModel, kit: Kit) -> Accepted | Problem:
    """Whether a model can be loaded and fits its declaration."""
    name = command.model.partition("/")[0]
    provider = PROVIDERS.get(name)
    if provider is None:
        known = ", ".join(f"{each}/…" for each in PROVIDERS)
        return problem(
            "unknown-provider",
            f"No provider for {command.model!r}",
            422,
            errors=[FieldError(field="model", message=f"known are {known}")],
        )
    try:
        return Accepted(seq=0, data=await provider.check(command, kit))
    except ModelRefused as refused:
        return refused.problem


def make_service(settings: WorkerSettings) -> Service:
    """The service, ready to run."""
    set_up_pillow()
    sys.path += [folder for folder in settings.python_path if folder not in sys.path]
    broker = make_broker(settings, name="inference-worker")
    kit = make_kit(settings)

    async def check(command: CheckModel) -> Accepted | Problem:
        return await check_model(command, kit)

    async def price(command: PricePrompts) -> Accepted | Problem:
        return await price_prompts(command, kit)

    made: list[Loops] = []

    def loops(nc: Client) -> Loops:
        if not made:
            made.append(make_loops(nc, kit))
        return made[0]

    async def work(nc: Client) -> None:
        await loops(nc).consumer.run()

    async def answer_again(nc: Client) -> None:
        await loops(nc).again.run(nc)

    handle(broker, CheckModel, queue=QUEUE, handler=check, n_at_once=N_CHECKS)
    handle(broker, PricePrompts, queue=QUEUE, handler=price, n_at_once=N_CHECKS)
    return Service(
        "inference-worker",
        settings,
        broker,
        tasks=[work, answer_again],
        instance=settings.worker_name,
    )
