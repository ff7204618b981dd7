"""One live stack for the tests that leave it as they found it, and how to use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from runoff_testkit.live import LiveStack, StackMaker
from runoff_testkit.llm_server import LlmServer

ROOT = Path(__file__).resolve().parents[2]
ENV = {"PYTHONPATH": str(ROOT), "RUNOFF_PYTHON_MODULES": "tests.e2e.functions"}


@pytest.fixture(scope="package")
def llm_server() -> Iterator[LlmServer]:
    """Where the worker of the shared stack sends its calls of the OpenAI API."""
    with LlmServer(delay_s=0.01) as running:
        yield running


@pytest.fixture(scope="package")
def stack(
    llm_server: LlmServer, stack_maker: StackMaker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveStack]:
    """A stack with one worker, shared by tests that leave it running as they found it."""
    env = {
        **ENV,
        "OPENAI_BASE_URL": llm_server.base_url("openai"),
        "OPENAI_API_KEY": "sk-e2e",
    }
    with stack_maker(tmp_path_factory.mktemp("stack") / "runoff", env=env) as up:
        yield up


@pytest.fixture
def own_stack(stack_maker: StackMaker, tmp_path: Path) -> Iterator[LiveStack]:
    """A stack that the test may break, its servers too."""
    with stack_maker(tmp_path / "runoff", env=ENV, own_postgres=True) as up:
        yield up
