"""Starts stacks and sees to it that none outlives its test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.integration.local.stacks import StackProcess


class StartStack(Protocol):
    """Starts one in a process of its own; with no option it uses the shared PostgreSQL."""

    def __call__(self, folder: Path, **options: Any) -> StackProcess: ...


@pytest.fixture
def start_stack(postgres_admin_dsn: str, open_folder: Path) -> Iterator[StartStack]:
    """Making a database cluster takes most of a second, so only who needs its own says so.

    It asks for `open_folder` so that stacks are stopped before that is deleted.
    """
    stacks: list[StackProcess] = []

    def start(folder: Path, **options: Any) -> StackProcess:
        options.setdefault("postgres_dsn", postgres_admin_dsn)
        stacks.append(StackProcess(folder, **options))
        return stacks[-1]

    yield start
    for stack in stacks:
        stack.clean_up()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder below which another user can reach what is his, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="runoff-local-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)
