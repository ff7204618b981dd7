"""Models of the benches: trivial, or slow in a known way."""

import asyncio


def first_letter(entry: dict[str, object]) -> str:
    """The first letter of the text."""
    return str(entry["text"])[0]


def last_letter(entry: dict[str, object]) -> str:
    """The last letter of the text."""
    return str(entry["text"])[-1]


async def after_50_ms(entry: dict[str, object]) -> str:
    """An answer that takes 50 ms, as one from afar would."""
    await asyncio.sleep(0.05)
    return str(entry["text"])[0]
