"""What the command prints: one JSON document on standard output, or words for a person.

Names and answers come from files and models of others. What they hold is shown, never obeyed:
escape sequences that move the cursor, set a title or answer for the user are spelled out.
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.text import Text

WIDTH_WITHOUT_TERMINAL = 160

# C0 and C1 controls, DEL, line and paragraph separators, and marks that reorder a line.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
    "|[\ud800-\udfff]"
)
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str, *, limit: int | None = None) -> str:
    r"""The text with everything that a terminal might obey spelled out, as `\x1b`.

    Args:
        limit: Longest result in characters; what is over is cut and marked.
    """
    safe = _UNSAFE.sub(
        lambda match: match.group().encode("unicode_escape", "surrogatepass").decode(), text
    )
    return safe if limit is None or len(safe) <= limit else safe[: limit - 1] + "…"


def safe(text: str, *, style: str = "", limit: int | None = None) -> Text:
    """Cleaned text for a table: not read as markup either."""
    return Text(clean(text, limit=limit), style=style)


def console(*, stderr: bool = False) -> Console:
    """A terminal as it is, or a wide page where there is none, so that lines stay whole."""
    made = Console(stderr=stderr, highlight=False, markup=False)
    if not made.is_terminal and "COLUMNS" not in os.environ:
        made.width = WIDTH_WITHOUT_TERMINAL
    return made


def for_people(*, json_wanted: bool) -> Console:
    """Where words go: beside the JSON document, not into it."""
    return console(stderr=json_wanted)


def print_json(data: BaseModel | object) -> None:
    """One JSON document and nothing else on standard output."""
    value = data.model_dump(mode="json") if isinstance(data, BaseModel) else data
    _write(json.dumps(value, indent=2, ensure_ascii=False))


def print_json_line(data: BaseModel) -> None:
    """One JSON document in one line, at once."""
    _write(json.dumps(data.model_dump(mode="json"), ensure_ascii=False))


def print_exactly(content: bytes) -> None:
    """Bytes to a file or a pipe as they are; to a terminal as text that it does not obey."""
    stream = getattr(sys.stdout, "buffer", None)
    if stream is not None and not sys.stdout.isatty():
        sys.stdout.flush()
        stream.write(content)
        stream.flush()
        return
    text = content.decode(errors="replace")
    if sys.stdout.isatty():
        lines = (clean(line) for line in text.removesuffix("\n").split("\n"))
        text = "\n".join(lines) + "\n"
    sys.stdout.write(text)
    sys.stdout.flush()


def fail(message: str) -> NoReturn:
    """Say what was wrong on standard error, and end with 1."""
    text = Text("Error: ", style="bold red")
    text.append("\n".join(clean(line) for line in message.split("\n")), style="not bold default")
    console(stderr=True).print(text, soft_wrap=True)
    raise typer.Exit(1)


def warn(warnings: Iterable[str]) -> None:
    """Say on standard error what may not be as it was meant."""
    for each in warnings:
        text = Text("Warning: ", style="bold yellow")
        text.append(clean(each), style="not bold default")
        console(stderr=True).print(text, soft_wrap=True)


def _write(document: str) -> None:
    # JSON escapes only the C0 controls; the rest stays the same text to whoever parses it.
    safe_document = _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match.group()):04x}", document)
    sys.stdout.write(safe_document + "\n")
    sys.stdout.flush()


def say_more(where: Console, cursor: str | None) -> None:
    """Say how to go on where a list has a further page."""
    if cursor:
        where.print(Text(f"More: --cursor {clean(cursor)}", style="dim"), soft_wrap=True)
