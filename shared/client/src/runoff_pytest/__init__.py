"""The pytest plugin: a comparison as a test (`docs/pytest.md`).

A package of its own, so that a session that does not use it pays for this module alone: the client
is imported by the first test that asks for the fixture `runoff`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from runoff.testing import Checks, Connection


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the server is, and what is done where none is."""
    group = parser.getgroup("runoff", "comparing models with Runoff")
    group.addoption(
        "--runoff-url", metavar="URL", help="address of the server (default: as `runoff` finds it)"
    )
    group.addoption(
        "--runoff-start",
        action="store_true",
        help="start the local stack for this session where no server answers",
    )
    group.addoption(
        "--runoff-folder", metavar="FOLDER", default=".runoff", help="data of the stack it starts"
    )


@pytest.fixture(scope="session")
def runoff_connection(pytestconfig: pytest.Config) -> Iterator[Connection]:
    """One connection for all tests of the session."""
    # Deferred: most sessions that this plugin is installed for never ask.
    from runoff.testing import connect

    with connect(
        pytestconfig.getoption("--runoff-url"),
        start=pytestconfig.getoption("--runoff-start"),
        folder=Path(pytestconfig.getoption("--runoff-folder")),
    ) as connection:
        yield connection


@pytest.fixture
def runoff(runoff_connection: Connection, record_property: Callable[[str, object], None]) -> Checks:
    """Compare runs, or evaluate models, and assert on what may be said of them."""
    from runoff.testing import Checks  # deferred as above

    return Checks(runoff_connection, record_property)
