"""What scoring cannot do.

ScoringError
├── NotComparable   a run that cannot be compared; its problem goes back to whoever asked
└── IncompleteRun   the log lacks scored slices of a completed run
"""

from runoff_contracts.problem import Problem, problem


class ScoringError(Exception):
    """Base of everything that scoring raises."""


class NotComparable(ScoringError):
    """No honest comparison can be made; `problem` says why."""

    def __init__(self, name: str, title: str, *, status: int = 409, detail: str = "") -> None:
        super().__init__(title)
        self.problem: Problem = problem(name, title, status, detail)


class IncompleteRun(ScoringError):
    """Scored entries are missing: the log lost messages, so restore it."""

    def __init__(self, run_id: str, *, found: int, expected: int) -> None:
        super().__init__(f"run {run_id}: {found} scored entries of {expected} are in the log")
