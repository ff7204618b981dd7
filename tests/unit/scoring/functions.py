"""Scorers as a user would write them, sound and unsound ones."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
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


def gives_too_much(*_: object) -> int:
    return 10**400


def is_sure(answer: dict[str, Any], _: object) -> bool:
    return bool(answer.get("confidence", 0) > 0.5)


def chatters(answer: dict[str, Any], _: object) -> float:
    print('{"field": "name", "message": "what is printed is no reply"}')
    return float(len(sys.stdin.read()) + len(answer["label"]))


def hangs_on_y(answer: dict[str, Any], _: object) -> float:
    """For ever; it asks the system to wait, so that the interpreter is free."""
    while answer["label"] == "y":
        time.sleep(60)
    return 1.0


def dies_on_y(answer: dict[str, Any], _: object) -> float:
    if answer["label"] == "y":
        os.kill(os.getpid(), signal.SIGKILL)
    return 1.0


def leaves_on_y(answer: dict[str, Any], _: object) -> float:
    if answer["label"] == "y":
        sys.exit(3)
    return 1.0


def counts_calls(answer: dict[str, Any], _: object, *, file: str) -> float:
    """One line in a file for each call."""
    with Path(file).open("a", encoding="utf-8") as lines:
        lines.write(f"{answer['label']}\n")
    return 1.0
