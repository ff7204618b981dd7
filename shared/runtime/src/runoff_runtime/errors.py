"""What can go wrong in the shell of a process.

RuntimeFailure
└── NoAnswer  no service answered a command in time (transient)
"""


class RuntimeFailure(Exception):
    """Base of everything that the shell of a process raises."""


class NoAnswer(RuntimeFailure):
    """No service carried out the command in time: it may be restarting, so try again."""

    def __init__(self, command: str, *, waited_s: float) -> None:
        super().__init__(f"nobody answered {command} within {waited_s:g} s")
        self.command = command
