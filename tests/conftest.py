"""Every test can ask for the fixtures of the testkit, and has its place in the suite's order."""

import gc
import signal
from collections.abc import Generator

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# A busy machine is no error; what must not be slow has a limit of its own.
hypothesis.settings.register_profile(
    "runoff", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("runoff")

FIRST = (
    "tests/e2e/pages",
    "tests/e2e",
    "tests/integration/client",
    "tests/integration/run_manager/test_crashes.py",
    "tests/integration/run_manager",
    "tests/contract/providers/test_browser.py",
    "tests/integration/scoring",
    "tests/integration/local",
    "tests/contract/api",
    "tests/integration",
    "tests/unit/demo",
    "tests/contract",
)
"""What takes longest, as of `pytest --durations=0`: begun last, it would leave a core idle."""

ONE_STACK = ("tests/e2e/pages/", "tests/e2e/", "tests/integration/client/")
OWN_STACKS = (
    "tests/e2e/test_faults.py",
    "tests/e2e/test_newcomer.py",
    "tests/e2e/test_own_stack.py",
    "tests/e2e/test_telemetry.py",
)
"""Files whose tests start stacks for themselves: any worker will do."""

pytest_plugins = ["runoff_testkit.plugin"]


class FilesTogether(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Hands out files, and those that share a live stack to one worker, so that it starts once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file in OWN_STACKS:
            return file
        return next((folder for folder in ONE_STACK if file.startswith(folder)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether | None:
    return FilesTogether(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without a look for garbage, as a service starts: there is none, and it takes 2 s.

    What was collected stays until the end, so that nobody looks through it again.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    ranks = (rank for rank, first in enumerate(FIRST) if item.nodeid.startswith(first))
    return next(ranks, len(FIRST))


def pytest_configure() -> None:
    """Let Ctrl-C be tried in a run that was started in the background.

    A shell starts such a run with SIGINT ignored, which every child would inherit.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
