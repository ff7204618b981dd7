"""Models of the end-to-end tests: known answers, known time."""

import asyncio


async def slow_first(entry: dict[str, object]) -> str:
    """The first letter, after 30 ms."""
    await asyncio.sleep(0.03)
    return str(entry["text"])[0]


async def slow_last(entry: dict[str, object]) -> str:
    """The last letter, after 30 ms."""
    await asyncio.sleep(0.03)
    return str(entry["text"])[-1]


def first_letter(entry: dict[str, object]) -> str:
    """The first letter at once."""
    return str(entry["text"])[0]


def last_letter(entry: dict[str, object]) -> str:
    """The last letter at once."""
    return str(entry["text"])[-1]


def always_raises(entry: dict[str, object]) -> str:
    """Never answers."""
    raise ValueError(f"no answer for {entry['id']}")
