"""Python models of the tests; they note what they were asked in a file that processes share."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from runoff_inference_worker.python_answer import Entry


def _note(entry: Entry) -> None:
    with Path(os.environ["RUNOFF_TEST_ASKED"]).open("a") as file:
        file.write(f"{entry.id}\n")


def _is_released() -> bool:
    return Path(os.environ["RUNOFF_TEST_ASKED"] + ".released").exists()


def text(entry: Entry) -> str:
    _note(entry)
    return entry.text or "nothing"


async def after_50_ms(entry: Entry) -> str:
    await asyncio.sleep(0.05)
    return "done"


async def first_quick(entry: Entry) -> str:
    """The first ten entries at once, the others never."""
    _note(entry)
    if int(entry.id.rpartition("-")[2]) >= 10:
        await asyncio.Event().wait()
    return "quick"


def blocks(entry: Entry) -> str:
    """A call that no cancellation stops."""
    _note(entry)
    time.sleep(3)
    return "late"


async def waits_12_s(entry: Entry) -> str:
    """Longer than the queue waits for a silent worker."""
    _note(entry)
    await asyncio.sleep(12)
    return "at last"


async def waits_2_s(entry: Entry) -> str:
    _note(entry)
    await asyncio.sleep(2)
    return "done"


async def when_released(entry: Entry) -> str:
    """Waits until the test says so, in whichever process it runs."""
    _note(entry)
    while not _is_released():
        await asyncio.sleep(0.01)
    return "released"


async def odd_until_released(entry: Entry) -> str:
    """Fails for entries of even numbers until the test releases it."""
    _note(entry)
    if int(entry.id.rpartition("-")[2]) % 2 == 0 and not _is_released():
        raise ValueError("not yet")
    return "odd"


def fails(entry: Entry) -> str:
    _note(entry)
    raise ValueError("never")


def long_answers(entry: Entry) -> dict[str, object]:
    """Ten labels of 200 characters each: 2,400 entries of them are over a message's limit."""
    names = [f"{number}{'x' * 190}" for number in range(10)]
    return {"label": names[0], "probabilities": dict.fromkeys(names, 0.1)}


def said_a(entry: Entry) -> str | None:
    """What the entry's metadata has for the first contender; it fails where there is nothing."""
    return _said(entry, "a")


def said_b(entry: Entry) -> str | None:
    """The same for the second."""
    return _said(entry, "b")


def _said(entry: Entry, name: str) -> str | None:
    _note(entry)
    text = (entry.metadata or {}).get(name)
    return str(text) if text is not None else None


def long_text(entry: Entry) -> dict[str, str]:
    """90,000 characters."""
    _note(entry)
    return {"text": "x" * 90_000}
