"""The documents for subscribers say what the code says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runoff_contracts import envelope
from runoff_contracts.commands import Command
from runoff_contracts.documents.__main__ import main
from runoff_contracts.documents.headers import CONTEXT_HEADERS, HEADERS, SLICE_HEADERS
from runoff_contracts.documents.schemas import named_types
from runoff_contracts.envelope import BATCH_TYPE
from runoff_contracts.events import TYPES
from tests.contract.events.test_envelope import CANCELED, ORIGIN, SUBJECT
from tests.contract.events.test_golden_files import FOLDER

ROOT = Path(__file__).parents[3]
TYPE_NAMES = [class_.model_fields["type"].default for class_ in TYPES.classes]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the golden files and no documents, as the working directory."""
    shutil.copytree(FOLDER, tmp_path / "tests/contract/events")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of documents that were just written."""
    root = tmp_path_factory.mktemp("repository")
    shutil.copytree(FOLDER, root / "tests/contract/events")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        assert main([]) == 0
    return root / "docs"


@pytest.fixture
def page(docs: Path) -> str:
    return (docs / "events.md").read_text("utf-8")


@pytest.fixture
def document(docs: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((docs / "asyncapi.json").read_text("utf-8"))
    return found


def test_the_documents_in_the_repository_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes an event runs `make docs`."""
    monkeypatch.chdir(ROOT)

    assert main(["--check"]) == 0


def test_writing_then_checking_is_fine(repository: Path) -> None:
    """Also from a folder below, and a second time."""
    assert main([]) == 0
    first = (repository / "docs/events.md").read_bytes()
    os.chdir(repository / "tests")

    assert main([]) == 0
    assert main(["--check"]) == 0
    assert (repository / "docs/events.md").read_bytes() == first


@pytest.mark.parametrize("name", ["events.md", "asyncapi.json"])
def test_a_document_that_differs_or_lacks_is_said(
    repository: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to run, and without writing anything."""
    main([])
    path = repository / "docs" / name
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")

    assert main(["--check"]) == 1
    path.unlink()
    assert main(["--check"]) == 1
    said = capsys.readouterr().err
    assert said.count(f"docs/{name} is not what the code says: run `make docs`") == 2
    assert not path.exists()


def test_outside_of_the_repository_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It cannot know where the documents belong."""
    monkeypatch.chdir(tmp_path)

    assert main([]) == 2
    assert not list(tmp_path.iterdir())


def test_the_documents_do_not_depend_on_the_process(repository: Path) -> None:
    """Sets and hashes must not decide an order: the check would fail by chance."""
    seen = set()
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "runoff_contracts.documents"],
            cwd=repository,
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
        names = ("events.md", "asyncapi.json")
        seen.add(tuple((repository / "docs" / name).read_bytes() for name in names))

    assert len(seen) == 1


def test_the_page_speaks_of_every_event_with_an_example(page: str) -> None:
    """A subscriber finds subject, fields and one real event."""
    for class_ in TYPES.classes:
        assert f"### {class_.__name__}\n" in page
        assert f"## `{class_.subject_template}`\n" in page
        assert all(f"| `{field}`" in page for field in class_.model_fields)
    assert page.count("<summary>Example</summary>") == len(TYPES.classes)
    assert "`retry_delay_s` (optional) | number or null | seconds | Wait before the next" in page


def test_links_of_the_page_lead_somewhere(page: str) -> None:
    """Every type that a field names is described on the page."""
    headings = {name.lower() for name in re.findall(r"^### (\w+)$", page, re.MULTILINE)}
    anchors = set(re.findall(r'<a id="(\w+)">', page))

    assert set(re.findall(r"\(#(\w+)\)", page)) <= headings | anchors


def test_named_types_are_described() -> None:
    """Their descriptions stand below them in the code."""
    assert not [name for name, (_, text) in named_types().items() if not text]


def test_every_header_that_is_written_is_described() -> None:
    """The list of headers is the one part that is written by hand."""
    headers, _ = envelope.single(CANCELED, id_="x", origin=ORIGIN, subject=SUBJECT)
    own = {
        value
        for name, value in vars(envelope).items()
        if name.isupper() and isinstance(value, str) and value.startswith("Runoff-")
    }

    assert set(headers) | own <= {*HEADERS, *CONTEXT_HEADERS, *SLICE_HEADERS}


def test_references_lead_somewhere(document: dict[str, Any]) -> None:
    """AsyncAPI 3.0: every `$ref` of the document is a JSON pointer into it."""
    references = list(_references(document))

    assert len(references) > 50
    for reference in references:
        assert reference.startswith("#/")
        node: Any = document
        for part in reference[2:].split("/"):
            node = node[part.replace("~1", "/").replace("~0", "~")]


def test_the_document_has_the_parts_that_asyncapi_asks_for(document: dict[str, Any]) -> None:
    """AsyncAPI 3.0.0: required fields, and names that its tools accept."""
    assert document["asyncapi"] == "3.0.0"
    assert document["info"]["title"] == "Runoff"
    assert re.fullmatch(r"\d+\.\d+\.\d+", document["info"]["version"])
    assert set(document) == {
        "asyncapi",
        "info",
        "defaultContentType",
        "channels",
        "operations",
        "components",
    }
    assert all(re.fullmatch(r"[\w.-]+", name) for name in document["components"]["schemas"])


def test_channels_declare_the_parameters_of_their_addresses(document: dict[str, Any]) -> None:
    """Each expression in braces is a parameter, and the other way round."""
    for name, channel in document["channels"].items():
        assert channel["messages"], name
        if channel["address"] is None:
            continue
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel.get("parameters", {}))
        assert not re.search(r"[<>*\s]", channel["address"])
    addresses = [channel["address"] for channel in document["channels"].values()]
    assert len(set(addresses)) == len(addresses)


def test_operations_speak_of_messages_of_their_channels(document: dict[str, Any]) -> None:
    """AsyncAPI 3.0: an operation's messages are a part of those of its channel."""
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert all(m["$ref"].startswith(f"{channel}/messages/") for m in operation["messages"])
    used = {operation["channel"]["$ref"] for operation in document["operations"].values()}
    assert used == {f"#/channels/{name}" for name in document["channels"] if name != "reply"}


def test_every_event_and_command_is_a_message(document: dict[str, Any]) -> None:
    """None can be added to the code and forgotten here."""
    messages = {
        name: message
        for channel in document["channels"].values()
        for name, message in channel["messages"].items()
    }

    assert set(TYPE_NAMES) <= set(messages)
    assert {command.type for command in Command.__subclasses__()} <= set(messages)
    for command in Command.__subclasses__():
        operation = document["operations"][f"command.{command.type}"]
        assert (operation["action"], "reply" in operation) == ("receive", True)


def test_examples_fit_their_messages(document: dict[str, Any]) -> None:
    """Slices are shown as the arrays that they are."""
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            for example in message.get("examples", ()):
                sliced = message["contentType"] == BATCH_TYPE
                payload = (
                    [i["data"] for i in example["payload"]] if sliced else [example["payload"]]
                )
                assert {TYPES.read(data).type for data in payload} == {message["name"]}


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for part in node.values():
            yield from _references(part)
    elif isinstance(node, list):
        for part in node:
            yield from _references(part)
