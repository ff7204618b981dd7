"""Models of the end-to-end tests: known answers, known time."""

import asyncio
import os
from pathlib import Path

from runoff_inference_worker.python_answer import Entry

RELEASED = "released"
"""A file in the object store's folder: while it is there, paced models answer at once."""


async def slow_first(entry: Entry) -> str:
    """The first letter, after 30 ms."""
    await asyncio.sleep(0.03)
    return (entry.text or "?")[0]


async def slow_last(entry: Entry) -> str:
    """The last letter, after 30 ms."""
    await asyncio.sleep(0.03)
    return (entry.text or "?")[-1]


async def paced_first(entry: Entry) -> str:
    """The first letter, after 200 ms; at once when the test has said so."""
    await asyncio.sleep(0 if _is_released() else 0.2)
    return (entry.text or "?")[0]


async def paced_last(entry: Entry) -> str:
    """The last letter, likewise."""
    await asyncio.sleep(0 if _is_released() else 0.2)
    return (entry.text or "?")[-1]


def _is_released() -> bool:
    return (Path(os.environ["RUNOFF_OBJECT_STORE"]) / RELEASED).exists()


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


def _square(entry: Entry) -> tuple[float, float, float]:
    """Left, top and side of the white square."""
    image = entry.image
    assert image is not None
    box = image.convert("L").getbbox()
    assert box is not None
    return box[0], box[1], box[2] - box[0]


def finds_square(entry: Entry) -> dict[str, object]:
    """Where the square is."""
    x, y, side = _square(entry)
    box = {"label": "square", "x": x, "y": y, "width": side, "height": side, "confidence": 0.9}
    return {"boxes": [box]}


def finds_beside(entry: Entry) -> dict[str, object]:
    """Half a side beside it."""
    x, y, side = _square(entry)
    shifted = {"label": "square", "x": x + side / 2, "y": y + side / 2}
    return {"boxes": [{**shifted, "width": side, "height": side, "confidence": 0.8}]}


def finds_nothing(entry: Entry) -> dict[str, object]:
    """No box at all."""
    return {"boxes": []}


def finds_what_has_a_name_that_is_longer_than_any_column_of_any_page(
    entry: Entry,
) -> dict[str, object]:
    """Boxes of such names."""
    label = "a rather long name of a class, of words as people write them in a book of rules"
    where = {"x": 10, "y": 20, "width": 70, "height": 60, "confidence": 0.5}
    return {"boxes": [{"label": label, **where}, {"label": label.replace(" ", "_"), **where}]}


def points_at(entry: Entry) -> dict[str, object]:
    """The middle of the square."""
    x, y, side = _square(entry)
    return {"point": {"x": x + side / 2, "y": y + side / 2}}


def points_beside(entry: Entry) -> dict[str, object]:
    """30 pixels to the right and 40 below."""
    x, y, side = _square(entry)
    return {"point": {"x": x + side / 2 + 30, "y": y + side / 2 + 40}}


def adds_one(entry: Entry) -> str:
    """The right sum, in capitals."""
    return str(int((entry.text or "").split()[2]) + 1).upper()


def adds_two(entry: Entry) -> str:
    """A wrong sum."""
    return str(int((entry.text or "").split()[2]) + 2)


def said_a(entry: Entry) -> str:
    """What the entry's metadata has for the first contender."""
    return str((entry.metadata or {})["a"])


def said_b(entry: Entry) -> str:
    """What it has for the second."""
    return str((entry.metadata or {})["b"])


def echoes(entry: Entry) -> str:
    """The entry itself, whatever it holds."""
    return entry.text or "nothing"


def scores_ten(answer: dict[str, object], target: object) -> float:
    """A scorer."""
    return 10.0
