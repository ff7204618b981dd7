"""SQL by name: one statement a file, below `sql/`."""

from functools import cache
from importlib.resources import files
from itertools import dropwhile

_FOLDER = files("runoff_query") / "sql"


@cache
def statement(name: str) -> str:
    """The statement of a name, as `checkpoints/move`, without the comment that it starts with.

    A span of the database is named by the first word of its statement.
    """
    text = _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    return "".join(dropwhile(lambda line: line.startswith("--"), text.splitlines(keepends=True)))


@cache
def pieces(name: str) -> dict[str, str]:
    """The pieces of statements in a file, each by the name in brackets that stands before it."""
    found: dict[str, list[str]] = {}
    into: list[str] = []
    for line in (_FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines():
        if line.startswith("-- [") and line.endswith("]"):
            into = found.setdefault(line.removeprefix("-- [").removesuffix("]"), [])
        elif not line.startswith("--"):
            into.append(line)
    return {piece: "\n".join(lines).strip() for piece, lines in found.items()}
