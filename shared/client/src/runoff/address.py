"""Which server is meant: the address that was given, or the one that runs in this folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from runoff.local import find_stack

DEFAULT_URL = "http://127.0.0.1:8700"
VARIABLE = "RUNOFF_API_URL"


@dataclass(frozen=True)
class Address:
    """Where the server is, and in words who says so."""

    url: str
    origin: str


def resolve(url: str | None = None, *, folder: Path | None = None) -> Address:
    """The address given, else that of RUNOFF_API_URL, else of the stack of `folder`, else 8700.

    Args:
        folder: Where a `.runoff` folder may lie; the current folder when left out.
    """
    if named := given(url):
        return named
    if found := find_stack((folder or Path.cwd()) / ".runoff"):
        return Address(_tidy(found), "the stack of this folder")
    return Address(DEFAULT_URL, "the default address")


def given(url: str | None) -> Address | None:
    """The address that somebody named: as an argument, or in RUNOFF_API_URL."""
    if url:
        return Address(_tidy(url), "as given")
    if from_environment := os.environ.get(VARIABLE):
        return Address(_tidy(from_environment), f"from {VARIABLE}")
    return None


def _tidy(url: str) -> str:
    named = url if "://" in url else f"http://{url}"
    return named.rstrip("/").removesuffix("/api")
