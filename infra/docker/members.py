"""Prints the folders of a service and of every member of this workspace that it stands on.

`python infra/docker/members.py inference-worker`, from the root of the repository.
"""

import re
import sys
import tomllib
from pathlib import Path


def _declared() -> dict[str, tuple[Path, list[str]]]:
    """Folder and dependencies of each member, by its distribution's name."""
    found = {}
    for file in (
        *Path("shared").glob("*/pyproject.toml"),
        *Path("services").glob("*/pyproject.toml"),
    ):
        project = tomllib.loads(file.read_text())["project"]
        names = [re.split(r"[^A-Za-z0-9._-]", each)[0] for each in project["dependencies"]]
        found[project["name"]] = (file.parent, names)
    return found


def members_of(service: str) -> list[Path]:
    """The service's folder first, then what it stands on.

    Raises:
        KeyError: When there is no such service.
    """
    declared = _declared()
    found: dict[str, Path] = {}
    left = [f"runoff-{service}"]
    while left:
        name = left.pop()
        folder, needs = declared[name]
        found[name] = folder
        left += [each for each in needs if each in declared and each not in found]
    return list(found.values())


if __name__ == "__main__":
    print(*(f"./{folder}" for folder in members_of(sys.argv[1])))  # noqa: T201  # its only purpose
