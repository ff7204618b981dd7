"""Python models of the tests."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Sequence

from runoff_inference_worker.python_answer import Entry

calls: list[str] = []
"""Ids of the entries that `recorded` was asked about; a test empties it first."""
released = threading.Event()


def text(entry: Entry) -> str:
    return entry.text or "nothing"


async def text_later(entry: Entry) -> str:
    await asyncio.sleep(0)
    return entry.text or "nothing"


def texts(entries: Sequence[Entry]) -> list[str]:
    return [entry.text or "nothing" for entry in entries]


texts.runoff_batch = True  # type: ignore[attr-defined]  # how a batch function says so


async def texts_later(entries: Sequence[Entry]) -> list[str]:
    await asyncio.sleep(0)
    return texts(entries)


texts_later.runoff_batch = True  # type: ignore[attr-defined]


def poisoned_batch(entries: Sequence[Entry]) -> list[str]:
    if any(entry.text == "poison" for entry in entries):
        raise ValueError("this batch holds poison")
    return texts(entries)


poisoned_batch.runoff_batch = True  # type: ignore[attr-defined]


def short_batch(entries: Sequence[Entry]) -> list[str]:
    return ["one too few"] * (len(entries) - 1)


short_batch.runoff_batch = True  # type: ignore[attr-defined]


def mixed_batch(entries: Sequence[Entry]) -> list[object]:
    return [42 if entry.text == "bad" else entry.text for entry in entries]


mixed_batch.runoff_batch = True  # type: ignore[attr-defined]


def raises(entry: Entry) -> str:
    raise LookupError(f"nothing known of {entry.id}")


def exits(entry: Entry) -> str:
    sys.exit(3)


def stuck(entry: Entry) -> str:
    """Hangs on the text `stuck` until a test says `released`."""
    if entry.text == "stuck":
        released.wait(20)
    return entry.text or "nothing"


async def never(entry: Entry) -> str:
    if entry.text == "stuck":
        await asyncio.Event().wait()
    return entry.text or "nothing"


async def cancels_itself(entry: Entry) -> str:
    raise asyncio.CancelledError


async def own_timeout(entry: Entry) -> str:
    raise TimeoutError("somewhere in the model")


def with_confidence(entry: Entry) -> tuple[str, float]:
    return "yes", 0.75


def with_probabilities(entry: Entry) -> dict[str, object]:
    return {"label": "b", "probabilities": {"a": 0.2, "b": 0.7, "c": 0.1}}


def size(entry: Entry) -> str:
    return f"{entry.image.mode} {entry.image.size}" if entry.image else "no image"


def painter(entry: Entry) -> str:
    """Changes what it was given, and says what it was before."""
    assert entry.image is not None
    image, metadata = entry.image, entry.metadata
    seen = f"{image.getpixel((0, 0))} {metadata.get('note')}"
    image.paste(0, (0, 0, *image.size))
    metadata["note"] = "changed"
    return seen


def attributes(entry: Entry) -> str:
    return ",".join(name for name in dir(entry) if not name.startswith("_"))


def recorded(entry: Entry) -> str:
    calls.append(entry.id)
    return "seen"


N_MEETING = 16
_meeting = threading.Barrier(N_MEETING)


def meets(entry: Entry) -> str:
    """Ends when as many calls are under way at once; alone it would raise."""
    _meeting.wait(30)
    return "met"


async def after_50_ms(entry: Entry) -> str:
    await asyncio.sleep(0.05)
    return "done"


class Callable:
    """A model with state, as an object."""

    async def __call__(self, entry: Entry) -> str:
        return f"object {entry.text}"


an_object = Callable()
not_callable = 3
