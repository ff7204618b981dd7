"""(d) Events/s from the log to fresh tables."""

import time

from tests.load.evaluate import MODELS
from tests.load.reporting import report
from tests.load.running import bench_stack, register_texts, timed_run

_N = 50_000
_REPEATS = 3
_POLL_S = 0.02


def main() -> None:
    """A log with one run of 50,000 entries: 100,000 entry events and a few others."""
    with bench_stack() as stack:
        timed_run(stack, dataset=register_texts(stack, n=_N), models=MODELS)
        rates = []
        for _ in range(_REPEATS):
            started = time.perf_counter()
            stack.http.post("/api/rebuild").raise_for_status()
            while (state := stack.http.get("/api/rebuild").json())["state"] == "running":
                time.sleep(_POLL_S)
            assert state["state"] == "swapped", state
            rates.append(2 * _N / (time.perf_counter() - started))
    report("rebuild", "events_per_s", rates, "events/s")


if __name__ == "__main__":
    main()
