"""What can be wrong with a contract.

ContractError
├── UnknownEvent      an event of a type or version that this code cannot read
├── MalformedMessage  a message of the log without its envelope
└── BadDeclaration    what a person declared of a model is wrong
"""

from collections.abc import Sequence

from runoff_contracts.problem import FieldError


class ContractError(Exception):
    """Base of everything that the contracts raise."""


class UnknownEvent(ContractError):
    """The log holds an event that this release cannot read: run a release that knows it."""

    def __init__(self, type_: str, version: object) -> None:
        super().__init__(f"no reader for event {type_!r} version {version!r}")
        self.type, self.version = type_, version


class MalformedMessage(ContractError):
    """A message lacks its CloudEvents headers or body: something else wrote to the log."""

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject}: {reason}")
        self.subject, self.reason = subject, reason


class BadDeclaration(ContractError):
    """Correct the declaration at the fields that `errors` names."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in errors))
        self.errors = list(errors)
