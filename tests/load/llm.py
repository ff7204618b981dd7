"""(f) Language models over HTTP: 64 calls at once of 50 ms each, as a share of what that can give.

The server is a process of its own; the worker's askers run here, as in a worker.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvloop

from runoff_contracts.events.entry import Prediction
from runoff_contracts.events.lifecycle import Contender
from runoff_contracts.run_config import RunConfig
from runoff_inference_worker.app import make_kit
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.feed import Feed, Pending
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.provider import Ask
from runoff_inference_worker.providers import llm
from runoff_inference_worker.settings import WorkerSettings
from tests.load.reporting import report

_CONCURRENCY = 64
_ANSWER_S = 0.05
_ENTRIES = 2_560
_REPEATS = 3
_MODEL = "openai/gpt-4o"


def main() -> None:
    """Calls of a server that answers after 50 ms, 64 at once."""
    with _server() as address:
        os.environ["OPENAI_BASE_URL"] = f"{address}/v1"
        os.environ["OPENAI_API_KEY"] = "bench"
        timed = uvloop.run(_measure())
    ideal = _CONCURRENCY / _ANSWER_S
    report("llm", "calls_per_s", [n / wall_s for n, wall_s, _ in timed], "calls/s")
    report("llm", "share_of_ideal", [n / wall_s / ideal for n, wall_s, _ in timed], "ratio")
    report("llm", "cpu_per_call", [1e3 * cpu_s / n for n, _, cpu_s in timed], "ms")


async def _measure() -> list[tuple[int, float, float]]:
    """Calls, wall seconds and seconds of processor of each repetition."""
    timed = []
    with tempfile.TemporaryDirectory(prefix="runoff-bench-") as folder:
        kit = make_kit(WorkerSettings(object_store=folder))
        contender = Contender(position=0, model=_MODEL, digest="sha256:" + "0" * 64)
        model = await llm.PROVIDER.open(contender, kit)
        config = RunConfig(concurrency=_CONCURRENCY)
        asker = Asker(0, model, config, Instruments(_MODEL), adapts=llm.PROVIDER.adapts)
        await _settle(asker, 10 * _CONCURRENCY)
        for _ in range(_REPEATS):
            began_s, began_cpu_s = time.perf_counter(), time.process_time()
            await _settle(asker, _ENTRIES)
            wall_s = time.perf_counter() - began_s
            timed.append((_ENTRIES, wall_s, time.process_time() - began_cpu_s))
        await model.close()
    return timed


async def _settle(asker: Asker, n_entries: int) -> None:
    feed = Feed(n_entries)
    feed.put(Pending(place, Ask(f"e{place}", text="Which city?")) for place in range(n_entries))
    found: list[Prediction] = []
    await asker.settle(feed, lambda _, prediction: found.append(prediction), rank=1)
    assert all(each.text == "fine" for each in found)
    assert len(found) == n_entries


@contextmanager
def _server() -> Iterator[str]:
    """A server of language models in a process of its own; its address."""
    command = [sys.executable, "-m", "runoff_testkit.llm_server", "--delay-s", str(_ANSWER_S)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
