"""The table of formats: a new one is a module here and a line below."""

from collections.abc import Callable
from pathlib import Path

from runoff.errors import InvalidInput
from runoff.importing import coco, inspect_logs, lm_eval, tables
from runoff.importing.sample import Source, Wanted

FORMATS: dict[str, Callable[[Path, Wanted], Source]] = {
    "jsonl": tables.read,
    "csv": tables.read,
    "parquet": tables.read,
    "inspect": inspect_logs.read,
    "lm-eval": lm_eval.read,
    "coco-results": coco.read,
}
_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".eval": "inspect",
}


def read(path: Path, wanted: Wanted, format_: str | None = None) -> Source:
    """A file of past work.

    Args:
        format_: A name of `FORMATS`; by the file's name where it is left out.

    Raises:
        InvalidInput: When the name says nothing, or the file is not what it says.
    """
    if not path.is_file():
        raise InvalidInput(f"{path} is no file.")
    return FORMATS[format_ or _guessed(path, wanted)](path, wanted)


def _guessed(path: Path, wanted: Wanted) -> str:
    suffix = path.suffix.lower()
    if path.name.startswith("samples_") and suffix == ".jsonl":
        return "lm-eval"
    if suffix == ".json":
        return "inspect" if wanted.truth is None else "coco-results"
    if suffix not in _SUFFIXES:
        raise InvalidInput(f"{path}: say its format, --format {'|'.join(FORMATS)}")
    return _SUFFIXES[suffix]
