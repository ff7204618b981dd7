"""Who runs PostgreSQL and where its files lie, as an ordinary user and as root.

PostgreSQL refuses to run as root, so root starts it as `nobody`. That user has to reach the
binaries and the data: folders that are not ours keep their permissions, so what lies behind a
closed one is put below SYSTEM_ROOT instead.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path

from runoff_local import binaries

SYSTEM_ROOT = Path("/var/lib/runoff")
_USER = "nobody"


@dataclass(frozen=True)
class RunAs:
    """The user and group that a process gives its rights up for."""

    uid: int
    gid: int


@dataclass(frozen=True)
class PostgresPlace:
    """Where one PostgreSQL lives."""

    bin: Path
    root: Path
    """Belongs to `run_as`; holds `data`."""
    run_as: RunAs | None

    @property
    def data(self) -> Path:
        """PGDATA."""
        return self.root / "data"


def choose_place(home: Path, *, owner: str, system_root: Path = SYSTEM_ROOT) -> PostgresPlace:
    """Make and return the place for a server whose own folder is `home`.

    Args:
        home: An existing folder of ours.
        owner: Names this home for good. Files below `system_root` that were made for an earlier
            folder of the same path carry another name and are removed: their log is gone too.
            So are those whose folder is gone.
        system_root: Used as root only, for what `nobody` cannot reach otherwise.
    """
    if os.geteuid() != 0:
        return PostgresPlace(bin=binaries.postgres_bin(), root=home, run_as=None)
    user = _existing_owner(home) or _nobody()
    away = _away(home, system_root)
    _discard_if_of_another(away, owner)
    _discard_where_home_is_gone(system_root)
    root = home
    if (away / "postgres" / "data").exists() or not is_reachable(home, user):
        _claim(away, home, owner)
        root = away / "postgres"
        root.mkdir(exist_ok=True)
    os.chown(root, user.uid, user.gid)
    root.chmod(0o700)
    found = binaries.postgres_bin()
    if not is_reachable(found / "postgres", user):
        _claim(away, home, owner)
        found = binaries.copy_postgres(away / "binaries")
    return PostgresPlace(bin=found, root=root, run_as=user)


def remove_away(home: Path, *, system_root: Path = SYSTEM_ROOT) -> None:
    """Delete what `choose_place` put outside of `home`."""
    shutil.rmtree(_away(home, system_root), ignore_errors=True)


def is_reachable(path: Path, user: RunAs) -> bool:
    """Whether this user may pass every folder above the path, and open it unless it is its own."""
    path = path.resolve()
    if not all(_allows(parent.stat(), user, 0o1) for parent in path.parents):
        return False
    return path.is_dir() or _allows(path.stat(), user, 0o5)


def _allows(stat: os.stat_result, user: RunAs, bits: int) -> bool:
    if stat.st_uid == user.uid:
        return stat.st_mode >> 6 & bits == bits
    if stat.st_gid == user.gid:
        return stat.st_mode >> 3 & bits == bits
    return stat.st_mode & bits == bits


def _existing_owner(home: Path) -> RunAs | None:
    """Who made the data in `home`, when an ordinary user did so before root came along."""
    try:
        stat = (home / "data").stat()
    except FileNotFoundError:
        return None
    return RunAs(uid=stat.st_uid, gid=stat.st_gid) if stat.st_uid else None


def _nobody() -> RunAs:
    entry = pwd.getpwnam(_USER)
    return RunAs(uid=entry.pw_uid, gid=entry.pw_gid)


def _discard_if_of_another(away: Path, owner: str) -> None:
    try:
        made_for = (away / "owner").read_text()
    except FileNotFoundError:
        return
    if made_for != owner:
        shutil.rmtree(away)


def _discard_where_home_is_gone(system_root: Path) -> None:
    """Data of folders that were deleted: no password opens them any more."""
    for note in system_root.glob("*/home"):
        with contextlib.suppress(FileNotFoundError):  # another start may be doing the same
            if not Path(note.read_text()).exists():
                shutil.rmtree(note.parent, ignore_errors=True)


def _away(home: Path, system_root: Path) -> Path:
    return system_root / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:16]


def _claim(away: Path, home: Path, owner: str) -> None:
    _make_reachable(away.parent)
    _make_reachable(away)
    (away / "owner").write_text(owner)
    (away / "home").write_text(str(home.resolve()))


def _make_reachable(folder: Path) -> None:
    """Our own folder, passable for everybody and listed by nobody but us."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711)
