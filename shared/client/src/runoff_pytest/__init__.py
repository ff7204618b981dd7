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
    from runoff.testing import Checks, Connection, Result


MARKER = (
    "runoff(**asked): what the fixture `runoff_result` holds against each other; the words of "
    "`runoff.evaluate` (dataset=, models=) or of `runoff.compare` (baseline=, candidate=). "
    "Tests with one of the plugin's fixtures have it too, for -m."
)
_FIXTURES = {"runoff", "runoff_result"}


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", MARKER)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks a server, so that `-m "not runoff"` leaves it out."""
    for item in items:
        if _FIXTURES & set(getattr(item, "fixturenames", ())):
            # In front: what the test says itself goes before it.
            item.add_marker(pytest.mark.runoff, append=False)


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


@pytest.fixture
def runoff_result(request: pytest.FixtureRequest, runoff: Checks) -> Result:
    """What the test's marker asks for, compared: once for all tests that ask for the same."""
    given: dict[str, object] = {}
    # The closest last: a test narrows what its class or module says.
    for marker in reversed(list(request.node.iter_markers("runoff"))):
        if marker.args:
            raise pytest.UsageError("@pytest.mark.runoff takes named words only, as dataset=")
        given |= marker.kwargs
    if not given:
        raise pytest.UsageError(
            "runoff_result needs @pytest.mark.runoff(dataset=…, models=[…]), "
            "or (baseline=…, candidate=…)"
        )
    return runoff.marked(given)
