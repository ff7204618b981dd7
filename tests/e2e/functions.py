"""Models of the end-to-end tests: known answers, known time."""

import asyncio

from runoff_inference_worker.python_answer import Entry


async def slow_first(entry: Entry) -> str:
    """The first letter, after 30 ms."""
    await asyncio.sleep(0.03)
    return (entry.text or "?")[0]


async def slow_last(entry: Entry) -> str:
    """The last letter, after 30 ms."""
    await asyncio.sleep(0.03)
    return (entry.text or "?")[-1]


def first_letter(entry: Entry) -> str:
    """The first letter at once."""
    return (entry.text or "?")[0]


def last_letter(entry: Entry) -> str:
    """The last letter at once."""
    return (entry.text or "?")[-1]


def always_raises(entry: Entry) -> str:
    """Never answers."""
    raise ValueError(f"no answer for {entry.id}")


def paraphrased(entry: Entry) -> str:
    """The first letter; for a variation, what it was anchored on."""
    if entry.anchor is None:
        return first_letter(entry)
    return f"{entry.anchor.mode} of {entry.anchor.text}"


async def after_a_second(entry: Entry) -> str:
    """The first letter, slowly enough to be killed meanwhile."""
    await asyncio.sleep(1)
    return (entry.text or "?")[0]
