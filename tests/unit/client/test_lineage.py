"""What is sent of this code and machine: enough to tell runs apart, and nothing secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff import lineage
from runoff_contracts.lineage import MAX_PACKAGES

LONG_S = 30.0
"""A busy machine is no error here; what a launch waits for at most is another number."""


def git(folder: Path, *order: str) -> str:
    named = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(["git", *named, *order], cwd=folder, check=True, capture_output=True)
    return done.stdout.decode().strip()


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [each for each in os.environ if each.startswith("GIT_")]:
        monkeypatch.delenv(name)
    git(tmp_path, "init", "-q", "-b", "work")
    git(tmp_path, "remote", "add", "origin", "https://me:secret@example.org/a/b.git?token=secret")
    (tmp_path / "train.py").write_text("one", "utf-8")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "first")
    return tmp_path


def test_the_repository_is_told_without_who_may_read_it(repository: Path) -> None:
    """Commit, branch and whether tracked files were changed since."""
    clean = lineage.git_state(repository, limit_s=LONG_S)
    (repository / "untracked").write_text("x", "utf-8")
    still = lineage.git_state(repository, limit_s=LONG_S)
    (repository / "train.py").write_text("two", "utf-8")
    changed = lineage.git_state(repository, limit_s=LONG_S)
    git(repository, "checkout", "-q", "--detach")
    detached = lineage.git_state(repository, limit_s=LONG_S)

    assert clean is not None
    assert clean == still
    assert (clean.commit, clean.branch, clean.dirty) == (
        git(repository, "rev-parse", "HEAD"),
        "work",
        False,
    )
    assert clean.remote == "https://example.org/a/b.git"
    assert changed is not None
    assert changed.dirty
    assert detached is not None
    assert detached.branch is None


def test_a_hook_of_the_repository_is_not_run(repository: Path) -> None:
    """A launch in somebody else's checkout must not run what they put into its settings."""
    trap = repository / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {repository}/sprung\n", "utf-8")
    trap.chmod(0o755)
    git(repository, "config", "core.fsmonitor", str(trap))
    (repository / "train.py").write_text("two", "utf-8")

    found = lineage.git_state(repository, limit_s=LONG_S)
    assert found is not None
    assert found.dirty
    assert not (repository / "sprung").exists()


def test_where_there_is_no_repository_or_no_git_nothing_is_said(
    tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A launch goes on all the same; so it does where git takes too long."""
    outside = tmp_path.parent
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(outside.parent))

    assert lineage.git_state(outside, limit_s=LONG_S) is None
    assert lineage.git_state(tmp_path / "gone", limit_s=LONG_S) is None
    assert lineage.git_state(repository, limit_s=0) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lineage.git_state(repository, limit_s=LONG_S) is None


@pytest.mark.parametrize(
    ("remote", "told"),
    [
        ("git@example.org:a/b.git", "example.org:a/b.git"),
        ("ssh://git:pw@example.org:2222/a/b", "ssh://example.org:2222/a/b"),
        ("https://token@example.org/a#secret", "https://example.org/a"),
        ("https://[::1]:8/a", "https://[::1]:8/a"),
        ("https://example.org:port/a", None),
        ("https://[broken/a", None),
        ("file:///home/me/a", None),
        ("/home/me/a", None),
        ("../a", None),
        ("", None),
    ],
)
def test_a_remote_has_no_credentials_and_no_place_on_this_machine(
    remote: str, told: str | None
) -> None:
    """Forms as git's own manual lists them (git-fetch, GIT URLS)."""
    assert lineage.without_credentials(remote) == told


@given(st.text(max_size=600))
def test_whatever_a_remote_is_set_to_is_taken(remote: str) -> None:
    """It comes from a file that anybody may have written."""
    told = lineage.without_credentials(remote)

    assert told is None or len(told) <= 300


def test_packages_are_told_by_the_folders_that_record_them(tmp_path: Path) -> None:
    """The first on the path counts, as for imports; names as the index compares them."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, records in (
        (first, ["Ruamel_yaml-0.18.dist-info", "a-1.0.dist-info", "plain", "x.egg-info"]),
        (second, ["a-2.0.dist-info", "b-2.0+local.dist-info", "c.d-1!2.0rc1.dist-info"]),
    ):
        folder.mkdir()
        for record in records:
            (folder / record).mkdir()

    assert lineage.packages([str(first), str(tmp_path / "gone"), str(second)]) == {
        "a": "1.0",
        "b": "2.0+local",
        "c-d": "1!2.0rc1",
        "ruamel-yaml": "0.18",
    }
    for number in range(MAX_PACKAGES + 1):
        (second / f"p{number}-1.dist-info").mkdir()
    assert len(lineage.packages([str(second)])) == MAX_PACKAGES


def test_packages_are_those_that_metadata_tells() -> None:
    """Of this very environment, so that the short way stays a true one."""
    from importlib.metadata import version

    found = lineage.packages()

    assert {name: found[name] for name in ("pydantic", "httpx", "runoff")} == {
        name: version(name) for name in ("pydantic", "httpx", "runoff")
    }


def test_arguments_of_the_command_line_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key may stand among them, under whatever name."""
    monkeypatch.setattr(sys, "argv", ["/home/me/train.py", "--api-key", "secret"])
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    monkeypatch.setenv("API_KEY", "secret")
    file = tmp_path / "eval.yaml"
    file.write_text("dataset: d\n", "utf-8")

    said = lineage.capture(seeds={"numpy": 7}, files=[file, tmp_path / "gone"])
    assert (said.command, said.seeds) == ("train.py", {"numpy": 7})
    assert list(said.files) == ["eval.yaml"]
    assert "secret" not in said.model_dump_json()
