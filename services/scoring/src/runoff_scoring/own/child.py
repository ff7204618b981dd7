"""The process that one function runs in: `python -m runoff_scoring.own.child`.

Lines of JSON. The first line says which function, with which arguments, and is answered `{}` or
with what is wrong. After it each line is one call, answer and target, and is answered with a
number, or with words that say why there is none. It ends when its input does.

Nothing of the service is imported here: the function's own modules are all that may be heavy.
"""

import importlib
import inspect
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from typing import IO, Any

MAX_REASON = 200
GROUP = "runoff.scorers"
"""Of entry points: a package that is installed may bring scorers, which it names there."""
_LOOK_S = 1.0


class _Wrong(Exception):
    """What cannot be used; `field` is of the scorer as it was asked for."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def main() -> None:
    """Serve until the input ends."""
    calls, replies = _own_channel()
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    order = json.loads(calls.readline())
    # Before any folder is added: only what is installed counts as such.
    installed = entry_points(group=GROUP)
    sys.path += [folder for folder in order["path"] if folder not in sys.path]
    arguments: dict[str, Any] = order["arguments"]
    try:
        function = _function(order["name"], arguments, installed)
    except _Wrong as wrong:
        _say(replies, {"field": wrong.field, "message": str(wrong)})
        return
    _say(replies, {})
    for line in calls:
        answer, target = json.loads(line)
        _say(replies, _called(function, answer, target, arguments))


def _own_channel() -> tuple[IO[bytes], IO[bytes]]:
    """Input and output under other numbers: what a function prints is no reply."""
    calls, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return calls, replies


def _end_with(parent: int) -> None:
    """A service that was killed closes the input, but a function that hangs does not read it."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)


def _function(
    name: str, arguments: dict[str, Any], installed: EntryPoints
) -> Callable[..., object]:
    module, _, path = name.partition(":")
    entry = _entry(path, installed) if module == GROUP else None
    try:
        function: object = entry.load() if entry else importlib.import_module(module)
        for part in () if entry else path.split("."):
            function = getattr(function, part)
    except Exception as error:  # an import runs foreign code, which may raise whatever it likes
        raise _Wrong("name", f"{name} cannot be imported: {_said(error)}") from error
    if not callable(function):
        raise _Wrong("name", f"{name} is no function")
    try:
        signature = inspect.signature(function)
    except ValueError:  # some that are written in C do not say what they take
        return function
    try:
        signature.bind("answer", "target", **arguments)
    except TypeError as error:
        field = "params.arguments" if arguments else "name"
        message = f"{name} cannot be called with answer, target and these arguments: {error}"
        raise _Wrong(field, message[:MAX_REASON]) from error
    return function


def _entry(name: str, installed: EntryPoints) -> EntryPoint:
    found = {each.value: each for each in installed.select(name=name)}
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise _Wrong("name", f"several installed packages have {name}: {', '.join(sorted(found))}")
    known = ", ".join(sorted(installed.names)) or "none"
    raise _Wrong("name", f"no installed package has the entry point {name} of {GROUP}: {known}")


def _called(
    function: Callable[..., object], answer: object, target: object, arguments: dict[str, Any]
) -> float | str:
    try:
        value = function(answer, target, **arguments)
    except Exception as error:  # foreign code: one bad entry must not stop scoring for all
        return f"the function raised {_said(error)}"[:MAX_REASON]
    if isinstance(value, int | float):
        try:
            return float(value)
        except OverflowError:
            return "the score is not a finite number"
    if isinstance(value, str) and value:
        return value[:MAX_REASON]
    return f"the function gave a {type(value).__name__}, not a number"[:MAX_REASON]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:MAX_REASON]


def _say(replies: IO[bytes], value: object) -> None:
    replies.write(json.dumps(value).encode() + b"\n")
    replies.flush()


if __name__ == "__main__":
    main()
