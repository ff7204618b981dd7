"""(k) Finding 100 of 100,000 runs: by metrics, parameters, labels, words, in order, far behind."""

import time

from runoff_testkit.live import LiveStack
from tests.load.cpu import CpuMeter
from tests.load.many_runs import fill
from tests.load.reporting import quantile, report
from tests.load.running import bench_stack

_N_RUNS = 100_000
_N_REQUESTS = 100
_DEEP = 50
"""Parts of 1,000 runs before the place from which a deep part is asked for."""

Asked = dict[str, str | int]

CASES: dict[str, Asked] = {
    "newest": {},
    "metric": {"filter": "metrics.accuracy > 0.6"},
    "metric_rare": {"filter": "metrics.accuracy > 0.94"},
    # Of 10,000 runs and a few more, which is as many as are looked up before the list is walked.
    "metric_of_a_tenth": {"filter": "metrics.accuracy < 0.53"},
    "metric_between": {"filter": "metrics.accuracy > 0.7 and metrics.accuracy < 0.702"},
    "metric_equal": {"filter": "metrics.n_scored = 1000"},
    "metric_in": {"filter": "metrics.n_failed in (0, 1)"},
    "metric_none": {"filter": "metrics.accuracy > 2"},
    # Runs get better: those that fit stand at the far end of the list.
    "metric_oldest": {"filter": "metrics.accuracy < 0.52"},
    "metric_oldest_of_two": {"filter": "metrics.accuracy < 0.55 and metrics.macro_f1 < 0.5"},
    "three_terms": {
        "filter": "metrics.accuracy > 0.9 and params.lr < 0.001 and tags.team = 'vision'"
    },
    "label_rare": {"filter": "tags.rare = 'yes'"},
    "param_none": {"filter": "params.optimizer = 'none'"},
    "alias_like": {"filter": "attributes.alias LIKE '%s-77%'"},
    "either": {"filter": "metrics.accuracy > 0.94 or tags.rare = 'yes'"},
    "not": {"filter": "not metrics.accuracy > 0.55"},
    "search": {"search": "adam vision 77"},
    "by_metric": {"order_by": "metrics.accuracy desc"},
    "by_metric_of_some": {"filter": "tags.team = 'vision'", "order_by": "metrics.accuracy"},
    "by_duration": {"order_by": "attributes.duration_s desc"},
}


def main() -> None:
    """Each case a hundred times."""
    with bench_stack() as stack:
        started = time.perf_counter()
        fill(stack.info.postgres_dsn, n=_N_RUNS)
        report("listing", "fill_s", [time.perf_counter() - started], "s")
        cases = CASES | {
            "deep": {"cursor": _deep(stack, {})},
            "deep_by_metric": {
                **CASES["by_metric"],
                "cursor": _deep(stack, CASES["by_metric"]),
            },
        }
        for name, asked in cases.items():
            _measure(stack, name, "/api/runs", {**asked, "limit": 100})
        groups: Asked = {"by": "param:optimizer", "metric": "accuracy", "limit": 100}
        _measure(stack, "groups", "/api/runs/groups", groups, n=10)


def _deep(stack: LiveStack, asked: Asked) -> str:
    """The cursor behind half of all runs."""
    cursor: Asked = {}
    for _ in range(_DEEP):
        answer = stack.http.get("/api/runs", params={**asked, **cursor, "limit": 1000})
        cursor = {"cursor": answer.raise_for_status().json()["next_cursor"]}
    return str(cursor["cursor"])


def _measure(stack: LiveStack, name: str, path: str, asked: Asked, *, n: int = _N_REQUESTS) -> None:
    taken: list[float] = []
    meter = CpuMeter(stack)
    with meter:
        for _ in range(n):
            started = time.perf_counter()
            stack.http.get(path, params=asked).raise_for_status()
            taken.append((time.perf_counter() - started) * 1000)
    report("listing", f"{name}_p50", [quantile(taken, 0.5)], "ms")
    report("listing", f"{name}_p99", [quantile(taken, 0.99)], "ms")
    # What is left where others use the cores: a request waits for one thing after the other.
    report("listing", f"{name}_cpu", [meter.spent_s * 1000 / n], "ms/request")


if __name__ == "__main__":
    main()
