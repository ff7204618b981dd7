"""SQL by name: one statement a file, below `sql/`."""

from functools import cache
from importlib.resources import files

_FOLDER = files("runoff_query") / "sql"


@cache
def statement(name: str) -> str:
    """The statement of a name, as `checkpoints/move`."""
    return _FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
