"""Scorers as a user would write them, sound and unsound ones."""

from __future__ import annotations

from typing import Any

NUMBER = 7


def length_error(answer: dict[str, Any], target: str, *, least: int = 0) -> float:
    return float(max(least, abs(len(answer["label"]) - len(target))))


def keys(answer: dict[str, Any], _: object) -> str:
    return ", ".join(sorted(answer))


def raises(answer: dict[str, Any], _: object) -> float:
    return float(answer["no such key"])


def gives_nothing(*_: object) -> None:
    return None


def is_sure(answer: dict[str, Any], _: object) -> bool:
    return bool(answer.get("confidence", 0) > 0.5)
