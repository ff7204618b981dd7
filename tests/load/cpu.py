"""CPU time of each process of a stack: what a run is bound by when there are few cores."""

from typing import Self

import psutil  # type: ignore[import-untyped]  # it ships no types

from runoff_testkit.live import LiveStack
from tests.load.reporting import report


class CpuMeter:
    """Counts while it is entered, each process together with the processes that it started.

    The system counts in hundredths of a second: measure several runs.
    """

    def __init__(self, stack: LiveStack) -> None:
        self._stack = stack
        self._spent_s: dict[str, float] = {}
        self._before: dict[str, float] = {}

    def __enter__(self) -> Self:
        self._before = self._now()
        return self

    def __exit__(self, *_: object) -> None:
        for name, total in self._now().items():
            spent_s = total - self._before.get(name, 0.0)
            self._spent_s[name] = self._spent_s.get(name, 0.0) + spent_s

    @property
    def total_s(self) -> float:
        """What all processes of the stack spent."""
        return sum(self._spent_s.values())

    def report(self, bench: str, metric: str, *, n_entries: int) -> None:
        """One line for all processes of the stack, and one for each that counts, dearest first."""
        each = {name: 1e6 * spent_s / n_entries for name, spent_s in self._spent_s.items()}
        report(bench, f"{metric}_all", [sum(each.values())], "us/entry")
        for name in sorted(each, key=lambda name: -each[name]):
            if each[name] >= 1:
                report(bench, f"{metric}_{name}", [each[name]], "us/entry")

    @property
    def by_process(self) -> dict[str, float]:
        """Seconds that each spent, by name without number."""
        return dict(self._spent_s)

    @property
    def spent_s(self) -> float:
        """Of all processes together."""
        return sum(self._spent_s.values())

    def _now(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for process in self._stack.info.processes:
            name = process.name.rstrip("-0123456789")
            found[name] = found.get(name, 0.0) + _cpu_s(psutil.Process(process.pid))
        return found


def _cpu_s(process: psutil.Process) -> float:
    """Of a process and all below it, those that ended included."""
    total = 0.0
    for each in [process, *process.children(recursive=True)]:
        try:
            times = each.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += _own_s(each) + times.children_user + times.children_system
    return total


def _own_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
