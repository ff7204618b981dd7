"""(b) A model that answers after 50 ms, 64 calls at once: how much of the ideal is reached."""

import asyncio
from datetime import timedelta

import nats

from runoff_contracts import subjects
from runoff_contracts.events.entry import EntryProcessed
from runoff_eventlog.log import EventLog
from runoff_testkit.live import LiveStack
from tests.load.reporting import report
from tests.load.running import MODULE, bench_stack, register_texts, timed_run

_N = 2_000
_CONCURRENCY = 64
_IDEAL = _CONCURRENCY / 0.05
_REPEATS = 3


def main() -> None:
    """With one worker, then with two."""
    alone = _measure(workers=1, concurrency=_CONCURRENCY)
    report("latency", "entries_per_s", [each for each, _ in alone], "entries/s")
    report("latency", "share_of_ideal", [each / _IDEAL for each, _ in alone], "ratio")
    report(
        "latency", "share_of_ideal_post_to_scores", [each / _IDEAL for _, each in alone], "ratio"
    )
    one = _measure(workers=1, concurrency=16)
    two = _measure(workers=2, concurrency=16)
    gains = [b / a for (_, a), (_, b) in zip(one, two, strict=True)]
    report("latency", "two_workers_gain", gains, "ratio")


def _measure(*, workers: int, concurrency: int) -> list[tuple[float, float]]:
    """Entries/s from first call to last answer, and from POST to scores, of each run."""
    found = []
    with bench_stack(workers=workers) as stack:
        dataset = register_texts(stack, n=_N)
        for _ in range(_REPEATS):
            timed = timed_run(
                stack,
                dataset=dataset,
                models=[f"python/{MODULE}:after_50_ms"],
                concurrency=concurrency,
            )
            calling = _calling_s(stack, timed.run.run_id)
            found.append((_N / calling, timed.entries_per_s))
    return found


def _calling_s(stack: LiveStack, run_id: str) -> float:
    return asyncio.run(_calling(stack.info.nats_url, run_id))


async def _calling(nats_url: str, run_id: str) -> float:
    """Seconds from the start of the first attempt to the end of the last one."""
    nc = await nats.connect(nats_url)
    messages = await EventLog(nc, source="runoff/bench").read(subjects.processed_of(run_id))
    await nc.close()
    attempts = [
        attempt
        for message in messages
        for _, event in message.events()
        if isinstance(event, EntryProcessed)
        for prediction in event.predictions
        for attempt in prediction.attempts
    ]
    first = min(each.started_at for each in attempts)
    last = max(each.started_at + timedelta(seconds=each.duration_s) for each in attempts)
    return (last - first).total_seconds()


if __name__ == "__main__":
    main()
