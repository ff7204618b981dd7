"""Commands whose help shows a switch without a type.

Typer writes `--json <bool>`, which reads as if a value had to follow.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

Function = TypeVar("Function", bound=Callable[..., Any])


class _Command(TyperCommand):
    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters of a command, switches without a type."""
        return _plain(super().get_params(ctx))


class _Group(TyperGroup):
    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters of a group, switches without a type."""
        return _plain(super().get_params(ctx))


class Commands(typer.Typer):
    """A `typer.Typer` whose commands and groups are those above."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=_Group, no_args_is_help=True, **settings)

    def command(self, *name: Any, **settings: Any) -> Callable[[Function], Function]:
        """As `typer.Typer.command`."""
        return super().command(*name, cls=_Command, **settings)


def _plain(params: list[Any]) -> list[Any]:
    for each in params:
        if isinstance(each, TyperOption) and each.is_flag:
            each.metavar = ""
    return params
