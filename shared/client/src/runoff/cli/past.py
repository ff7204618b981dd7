"""Options of the commands that read predictions made elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from runoff.importing.formats import FORMATS
from runoff_contracts.task import Task

Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        help=f"{', '.join(FORMATS)}; by the file's name where left out.",
        show_default=False,
    ),
]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="Which column is which field, as guess=label; again for each.",
        show_default=False,
    ),
]
TaskName = Annotated[
    Task | None,
    typer.Option("--task", help="By the columns where left out.", show_default=False),
]
Truth = Annotated[
    Path | None,
    typer.Option("--truth", help="COCO: the file of the ground truth.", show_default=False),
]


def columns_of(pairs: list[str] | None) -> dict[str, str]:
    """Fields by column, from COLUMN=FIELD."""
    columns: dict[str, str] = {}
    for pair in pairs or []:
        column, equals, field = pair.rpartition("=")
        if not equals or not column or not field:
            raise typer.BadParameter(f"{pair!r} is not COLUMN=FIELD", param_hint="--map")
        columns[column] = field
    return columns


def checked_format(format_: str | None) -> str | None:
    """A format that there is."""
    if format_ is not None and format_ not in FORMATS:
        raise typer.BadParameter(
            f"{format_!r} is none of {', '.join(FORMATS)}", param_hint="--format"
        )
    return format_
