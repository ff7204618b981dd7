"""How events change without breaking who reads the old ones, or the newer ones."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import pytest
from pydantic import ValidationError

from runoff_contracts.errors import UnknownEvent
from runoff_contracts.event import Event, EventTypes, JsonObject
from runoff_contracts.events import TYPES
from tests.contract.events.test_golden_files import FOLDER, SINGLES, content_of


class Measured(Event):
    """v2: `latency_ms` became `latency_s`. v3: `unit` was added without a default."""

    subject_template: ClassVar[str] = "runoff.test"
    type: Literal["measured"] = "measured"
    version: Literal[3] = 3
    latency_s: float
    unit: str


def types() -> EventTypes:
    made = EventTypes(Measured)

    @made.upcasts("measured", from_version=1)
    def to_seconds(data: JsonObject) -> JsonObject:
        kept = {key: value for key, value in data.items() if key != "latency_ms"}
        latency_ms = data["latency_ms"]
        assert isinstance(latency_ms, int)
        return {**kept, "latency_s": latency_ms / 1000}

    @made.upcasts("measured", from_version=2)
    def with_unit(data: JsonObject) -> JsonObject:
        return {**data, "unit": "s"}

    return made


@pytest.mark.parametrize(
    "data",
    [
        {"type": "measured", "version": 1, "latency_ms": 1500},
        {"type": "measured", "version": 2, "latency_s": 1.5},
        {"type": "measured", "version": 3, "latency_s": 1.5, "unit": "s"},
    ],
    ids=["v1", "v2", "v3"],
)
def test_old_versions_are_led_to_the_newest_step_by_step(data: JsonObject) -> None:
    """Each change adds one step; nobody rewrites the earlier ones."""
    assert types().read(data) == Measured(latency_s=1.5, unit="s")


def test_reading_an_old_event_leaves_its_data_alone() -> None:
    """The stored event may be read again, by somebody else."""
    data: JsonObject = {"type": "measured", "version": 1, "latency_ms": 1500}
    types().read(data)

    assert data == {"type": "measured", "version": 1, "latency_ms": 1500}


def test_a_missing_step_is_said_as_an_unknown_version() -> None:
    """A chain with a hole must not hand out a half-converted event."""
    made = EventTypes(Measured)
    made.upcasts("measured", from_version=1)(lambda data: data)

    with pytest.raises(UnknownEvent, match="version 2"):
        made.read({"type": "measured", "version": 1, "latency_ms": 1})


@pytest.mark.parametrize("version", [4, 0, -1, None, "3", 3.0, True, [3]])
def test_a_version_that_this_release_does_not_know_is_refused(version: object) -> None:
    """A newer writer's event must not be guessed at."""
    with pytest.raises(UnknownEvent):
        types().read({"type": "measured", "version": version, "latency_s": 1.0, "unit": "s"})  # type: ignore[dict-item]  # hostile on purpose


@pytest.mark.parametrize("type_", ["measured.again", "", None, 7, ["measured"]])
def test_a_type_that_this_release_does_not_know_is_refused(type_: object) -> None:
    """Parked and shown, never skipped."""
    with pytest.raises(UnknownEvent):
        TYPES.read({"type": type_, "version": 1})  # type: ignore[dict-item]  # hostile on purpose


def test_an_event_without_type_or_version_is_refused() -> None:
    """As is one that says nothing of itself."""
    with pytest.raises(UnknownEvent):
        TYPES.read({})


@pytest.mark.parametrize("path", SINGLES, ids=lambda path: path.stem)
def test_a_newer_optional_field_is_ignored(path: Path) -> None:
    """An added field keeps the version: readers of this release go on reading."""
    data = content_of(path)

    assert TYPES.read({**data, "added_later": {"x": 1}}) == TYPES.read(data)


def test_a_newer_optional_field_deep_inside_is_ignored() -> None:
    """Parts of events grow as events do."""
    data = content_of(FOLDER / "entry.processed.v1.json")
    plain = TYPES.read(data)
    data["predictions"][0]["logprobs"] = [-0.1]
    data["predictions"][0]["attempts"][0]["n_tokens"] = 17

    assert TYPES.read(data) == plain


def test_a_field_that_is_missing_or_wrong_is_an_error() -> None:
    """Within its version an event keeps to its class."""
    data = content_of(FOLDER / "run.started.v1.json")
    for broken in ({**data, "slice_size": 0}, {k: v for k, v in data.items() if k != "run_id"}):
        with pytest.raises(ValidationError):
            TYPES.read(broken)


def test_optional_fields_may_be_left_out() -> None:
    """An event of before a field was added is one of the same version."""
    data = content_of(FOLDER / "run.created.v1.json")
    for field in ("selection", "alias", "labels"):
        del data[field]

    event = TYPES.read(data)
    assert event.model_dump(include={"selection", "alias", "labels"}) == {
        "selection": None,
        "alias": None,
        "labels": {},
    }


def test_events_cannot_be_changed() -> None:
    """A fact is what it was."""
    event = TYPES.read(content_of(FOLDER / "run.started.v1.json"))

    with pytest.raises(ValidationError):
        event.slice_size = 7  # type: ignore[attr-defined]  # frozen
