"""Models of the benches: trivial, or slow in a known way."""

import asyncio

from runoff_inference_worker.python_answer import Entry


def first_letter(entry: Entry) -> str:
    """The first letter of the text."""
    return (entry.text or "?")[0]


def last_letter(entry: Entry) -> str:
    """The last letter of the text."""
    return (entry.text or "?")[-1]


async def after_50_ms(entry: Entry) -> str:
    """An answer that takes 50 ms, as one from afar would."""
    await asyncio.sleep(0.05)
    return (entry.text or "?")[0]
