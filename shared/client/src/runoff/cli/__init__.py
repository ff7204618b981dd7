"""The `runoff` command."""

from runoff.cli.app import main

__all__ = ["main"]
