"""Models of these tests."""

from __future__ import annotations

from runoff_inference_worker.python_answer import Entry


def first_letter(entry: Entry) -> str:
    return (entry.text or "?")[0]


def last_letter(entry: Entry) -> str:
    return (entry.text or "?")[-1]
