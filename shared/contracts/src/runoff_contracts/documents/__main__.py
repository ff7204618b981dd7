"""Writes the documents, or checks that they are what the code says."""

import argparse
import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from runoff_contracts.documents.asyncapi import asyncapi, type_of
from runoff_contracts.documents.events_page import events_page
from runoff_contracts.events import TYPES

_GOLDEN = Path("tests/contract/events")


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 1 where a document is not up to date, 2 outside of the repository."""
    parser = argparse.ArgumentParser(prog="python -m runoff_contracts.documents")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when out of date")
    check = parser.parse_args(arguments).check
    root = _repository(Path.cwd())
    if root is None:
        _say(f"run this in the repository: there is no {_GOLDEN} here or above")
        return 2
    documents = _documents(root)
    if check:
        outdated = [p for p, text in documents.items() if not p.exists() or _read(p) != text]
        for path in outdated:
            _say(f"{path.relative_to(root)} is not what the code says: run `make docs`")
        return 1 if outdated else 0
    for path, text in documents.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _repository(folder: Path) -> Path | None:
    """The nearest folder, from here upwards, that holds the golden files."""
    return next((each for each in (folder, *folder.parents) if (each / _GOLDEN).is_dir()), None)


def _documents(root: Path) -> dict[Path, str]:
    versions = {type_of(each): _versions(root / _GOLDEN, type_of(each)) for each in TYPES.classes}
    examples = {
        type_: _json(root / _GOLDEN / f"{type_}.v{numbers[-1]}.json")
        for type_, numbers in versions.items()
    }
    slices = {
        type_: _json(path)
        for type_, numbers in versions.items()
        if (path := root / _GOLDEN / f"slice.{type_}.v{numbers[-1]}.json").exists()
    }
    document = asyncapi(version=version("runoff-contracts"), examples={**examples, **slices})
    return {
        root / "docs/events.md": events_page(examples=examples, versions=versions),
        root / "docs/asyncapi.json": json.dumps(document, indent=2, ensure_ascii=False) + "\n",
    }


def _versions(folder: Path, type_: str) -> list[int]:
    return sorted(int(path.stem.rpartition(".v")[2]) for path in folder.glob(f"{type_}.v*.json"))


def _json(path: Path) -> Any:  # a golden file's JSON
    return json.loads(_read(path))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
