"""Options that several commands share, and the client that they lead to."""

from typing import Annotated

import typer

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="Address of the server. Default: RUNOFF_API_URL, else the stack of this folder, "
        "else http://127.0.0.1:8700.",
        show_default=False,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=1000, help="At most so many.", show_default=False),
]
Cursor = Annotated[
    str | None,
    typer.Option(
        "--cursor", help="Go on behind an earlier page: its `next_cursor`.", show_default=False
    ),
]
By = Annotated[
    str | None,
    typer.Option("--by", help="Who does it. Default: this account's name.", show_default=False),
]
Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="Id of a run (as lists show it), or `last`.",
        show_default=False,
    ),
]
