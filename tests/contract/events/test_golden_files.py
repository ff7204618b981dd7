"""Every event ever written stays readable: a golden file for each type and version.

A file is never edited once its version has been released. A new version brings a new file and an
upcaster, and the old file keeps on being read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.envelope import BATCH_TYPE, CONTENT_TYPE, events_in
from runoff_contracts.event import Event
from runoff_contracts.events import TYPES
from runoff_contracts.events.comparison import ComparisonComputed

FOLDER = Path(__file__).parent
SLICES = sorted(FOLDER.glob("slice.*.json"))
SINGLES = sorted(set(FOLDER.glob("*.json")) - set(SLICES))
NEWEST = {c.model_fields["type"].default: c.model_fields["version"].default for c in TYPES.classes}


def content_of(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def written(event: Event) -> Any:
    return json.loads(event.model_dump_json())


def version_in(path: Path) -> int:
    return int(path.stem.rpartition(".v")[2])


def _lost(before: Any, after: Any, at: str = "") -> list[str]:
    """Where `after` does not hold what `before` holds; it may hold more: a newer field's default.

    A field that is null may be left out.
    """
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            each
            for key, value in before.items()
            if value is not None
            for each in _lost(value, after.get(key), f"{at}.{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [lost for n, (one, two) in pairs for lost in _lost(one, two, f"{at}[{n}]")]
    return [] if before == after else [f"{at}: {before!r} became {after!r}"]


@pytest.mark.parametrize("path", SINGLES, ids=lambda path: path.stem)
def test_a_golden_file_is_read_into_the_newest_shape(path: Path) -> None:
    """Consumers know one shape; what a release wrote a year ago must fit it."""
    event = TYPES.read(content_of(path))

    assert path.name.startswith(f"{event.type}.v")
    assert event.version == NEWEST[event.type]


@pytest.mark.parametrize(
    "path",
    [path for path in SINGLES if version_in(path) == NEWEST.get(path.stem.rpartition(".v")[0])],
    ids=lambda path: path.stem,
)
def test_what_is_read_is_written_the_same(path: Path) -> None:
    """No field is lost, renamed or reformatted on the way through the newest class."""
    assert _lost(content_of(path), written(TYPES.read(content_of(path)))) == []


@pytest.mark.parametrize("path", SLICES, ids=lambda path: path.stem)
@pytest.mark.parametrize("says_its_version", [True, False])
def test_a_golden_slice_is_read_entry_by_entry(path: Path, says_its_version: bool) -> None:
    """The batch format is part of what stands in the log; both ways of reading it agree."""
    items = content_of(path)
    type_ = items[0]["type"]
    headers = {"ce-type": type_, "ce-id": "slice", CONTENT_TYPE: BATCH_TYPE}
    if says_its_version:
        headers["ce-dataschema"] = f"runoff:{type_}:v{version_in(path)}"

    found = events_in("runoff.run.x.slice.0", headers, path.read_bytes())
    assert [id_ for id_, _ in found] == [item["id"] for item in items]
    for item, (_, event) in zip(items, found, strict=True):
        assert _lost(item["data"], written(event)) == []


@pytest.mark.parametrize("class_", TYPES.classes, ids=lambda class_: class_.__name__)
def test_every_event_has_golden_files_of_all_its_versions(class_: type[Event]) -> None:
    """An event without one could change its shape and nobody would notice."""
    type_ = class_.model_fields["type"].default
    expected = [f"{type_}.v{number}.json" for number in range(1, NEWEST[type_] + 1)]

    missing = [name for name in expected if not (FOLDER / name).exists()]
    assert not missing, f"write {missing} with a realistic event, optional fields filled"


def test_every_file_belongs_to_an_event() -> None:
    """A misspelt name would test nothing."""
    stems = {path.stem.removeprefix("slice.") for path in FOLDER.glob("*.json")}
    names = {stem.rpartition(".v")[0] for stem in stems}

    assert names <= set(NEWEST)


@pytest.mark.parametrize("path", SINGLES, ids=lambda path: path.stem)
def test_optional_fields_are_filled(path: Path) -> None:
    """A field that is null in its golden file could change its type unseen."""
    exempt = {
        # A call that worked has no error; a model that was not registered has no version or file.
        "entry.processed.v1": {"error", "retry_delay_s"},
        "run.created.v1": {"number", "file", "spec"},
        "entry.scored.v1": {"reason"},
        "scorecards.stored.v1": {"reason"},
        # A plan that stops when decided has no fixed number of entries.
        "plan.sealed.v1": {"n_entries"},
        # Documents of then are in events of then.
        "comparison.computed.v2": {"first_document"},
    }
    filled, null = _fields(content_of(path))

    assert null - filled <= exempt.get(path.stem, set())


def test_the_golden_comparison_is_named_by_its_document() -> None:
    """Whoever holds a first document can check it; later ones are objects, which are checked."""
    event = TYPES.read(content_of(FOLDER / "comparison.computed.v1.json"))

    assert isinstance(event, ComparisonComputed)
    assert event.first_document is not None
    assert event.digest == digest_of(canonical(dict(event.first_document)))
    assert event.models == ["onnx/pets-large", "onnx/pets-small"]
    assert (event.measure, event.dataset, event.settled) == ("accuracy", "cats-and-dogs@2", True)


def _fields(value: object) -> tuple[set[str], set[str]]:
    """Names of fields that have a value somewhere, and of those that are null somewhere."""
    filled: set[str] = set()
    null: set[str] = set()
    parts: list[object] = list(value) if isinstance(value, list) else []
    if isinstance(value, dict):
        filled |= {key for key, part in value.items() if part is not None}
        null |= {key for key, part in value.items() if part is None}
        parts = list(value.values())
    for part in parts:
        more_filled, more_null = _fields(part)
        filled |= more_filled
        null |= more_null
    return filled, null
