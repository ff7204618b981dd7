"""Where a launch comes from: code, packages, machine, command. Captured beside it, never needed.

Nothing here raises, and nothing takes long: git is given a fifth of a second in all, and packages
are read off the names of the folders that record them. What a launch was given on its command
line, in its environment or as a repository's password is not kept: it may be secret.
"""

import hashlib
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from runoff_contracts.lineage import MAX_PACKAGES, GitState, Lineage

GIT_LIMIT_S = 0.2
_WORD = 300
_RECORD = re.compile(r"(?P<name>[A-Za-z0-9][\w.]*)-(?P<version>[^-]+)\.dist-info")
"""Source: PyPA specifications, Recording installed projects: `{name}-{version}.dist-info`."""
_SCP_LIKE = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+):(?P<path>[^:].*)")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_GIT = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")
"""Without the hook of a repository that might be anybody's."""


def capture(
    *,
    command: str | None = None,
    seeds: Mapping[str, int] | None = None,
    files: Sequence[Path] = (),
    git_limit_s: float = GIT_LIMIT_S,
) -> Lineage:
    """What is known here and now.

    Args:
        command: Program and sub-command; the program's name where it is left out.
        seeds: Of random generators, by names of yours.
        files: What the run is described by; kept are their names and digests.
        git_limit_s: What git does not say within it is left out.
    """
    return Lineage(
        git=git_state(limit_s=git_limit_s),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=f"{platform.system()} {platform.release()} {platform.machine()}"[:_WORD],
        packages=packages(),
        command=(program() if command is None else command)[:_WORD],
        seeds=dict(seeds or {}),
        files={path.name[:_WORD]: digest for path in files if (digest := _digest(path))},
    )


def packages(path: Sequence[str] | None = None) -> dict[str, str]:
    """Name to version of everything that can be imported, by name; the first on the path counts.

    By the names of folders alone: reading the metadata of two hundred takes half a second.
    """
    found: dict[str, str] = {}
    for folder in sys.path if path is None else path:
        try:
            names = [each.name for each in Path(folder or ".").iterdir()]
        except OSError:
            continue
        for each in names:
            if record := _RECORD.fullmatch(each):
                name = re.sub(r"[-_.]+", "-", record["name"]).lower()
                found.setdefault(name[:_WORD], record["version"][:_WORD])
    return dict(sorted(found.items())[:MAX_PACKAGES])


def program() -> str:
    """The name of what runs: a script's, or the module's of `python -m`."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    if spec is not None and spec.name:
        return str(spec.name).removesuffix(".__main__")
    return Path(sys.argv[0]).name if sys.argv and sys.argv[0] else ""


def git_state(folder: Path | None = None, *, limit_s: float = GIT_LIMIT_S) -> GitState | None:
    """The repository of a folder, the current one by default; none where there is none."""
    head, remote, status = _asked(
        [
            ("rev-parse", "HEAD", "--abbrev-ref", "HEAD"),
            ("config", "--get", "remote.origin.url"),
            ("status", "--porcelain", "--untracked-files=no"),
        ],
        folder,
        limit_s=limit_s,
    )
    if head is None and remote is None and status is None:
        return None
    commit, _, branch = (head or "").strip().partition("\n")
    return GitState(
        commit=commit if _COMMIT.fullmatch(commit) else None,
        branch=branch[:_WORD] if branch not in {"", "HEAD"} else None,
        dirty=None if status is None else bool(status.strip()),
        remote=without_credentials((remote or "").strip()),
    )


def without_credentials(remote: str) -> str | None:
    """Where a repository is, without who may read it; none for a place on this machine."""
    if "://" not in remote:
        found = _SCP_LIKE.fullmatch(remote)
        return f"{found['host']}:{found['path']}"[:_WORD] if found else None
    try:
        parts = urlsplit(remote)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.scheme == "file":
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path}"[:_WORD]


def _asked(
    orders: Sequence[Sequence[str]], folder: Path | None, *, limit_s: float
) -> list[str | None]:
    """What git says to each, all at once; none where it fails or takes too long."""
    until_s = time.monotonic() + limit_s
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    started: list[subprocess.Popen[str] | None] = []
    for order in orders:
        try:
            process = subprocess.Popen(
                [*_GIT, *order],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                errors="replace",
            )
        except OSError:  # there is no git, or no such folder
            process = None
        started.append(process)
    return [None if each is None else _answer(each, until_s) for each in started]


def _answer(process: "subprocess.Popen[str]", until_s: float) -> str | None:
    with process:
        try:
            said, _ = process.communicate(timeout=max(until_s - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            return None
    return said if process.returncode == 0 else None


def _digest(path: Path) -> str | None:
    try:
        return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    except OSError:
        return None
