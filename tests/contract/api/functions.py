"""Models of these tests."""

from __future__ import annotations

from runoff_inference_worker.python_answer import Entry


def first_letter(entry: Entry) -> str:
    return (entry.text or "?")[0]


def last_letter(entry: Entry) -> str:
    return (entry.text or "?")[-1]


def first_letter_of_a(entry: Entry) -> str:
    """Fails on everything that does not begin with an a."""
    if not (entry.text or "").startswith("a"):
        raise ValueError("it does not begin with an a")
    return "a"
