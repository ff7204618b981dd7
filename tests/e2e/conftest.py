"""One live stack for the tests that leave it as they found it, and how to use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runoff_testkit.live import LiveStack, StackMaker

ROOT = Path(__file__).resolve().parents[2]
ENV = {"PYTHONPATH": str(ROOT), "RUNOFF_PYTHON_MODULES": "tests.e2e.functions"}


@pytest.fixture(scope="session")
def stack(stack_maker: StackMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStack]:
    """A stack with one worker, shared by tests that break nothing."""
    with stack_maker(tmp_path_factory.mktemp("stack") / "runoff", env=ENV) as up:
        yield up


@pytest.fixture
def own_stack(stack_maker: StackMaker, tmp_path: Path) -> Iterator[LiveStack]:
    """A stack that the test may break."""
    with stack_maker(tmp_path / "runoff", env=ENV) as up:
        yield up
