"""Where a run comes from: the code, the machine and the services behind it.

Whoever launches a run says it; nothing here is needed to run it, and all of it may be missing.
"""

from typing import Annotated

from pydantic import Field, StringConstraints

from runoff_contracts.event import Fact
from runoff_contracts.ids import Digest

MAX_PACKAGES = 2000
Word = Annotated[str, StringConstraints(max_length=300)]


class GitState(Fact):
    """The repository that the launch was made in."""

    commit: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{7,64}$")] | None = None
    """None before the first one."""
    branch: Word | None = None
    """None where no branch is checked out."""
    dirty: bool | None = None
    """Whether tracked files were changed; None where it could not be told in time."""
    remote: Word | None = None
    """Without user name, password or token."""


class Lineage(Fact):
    """Of one launch, as the client saw it."""

    git: GitState | None = None
    """None outside of a repository."""
    python: Word | None = None
    """As `CPython 3.11.9`."""
    platform: Word | None = None
    """Operating system, release and processor."""
    packages: dict[Word, Word] = Field(default_factory=dict, max_length=MAX_PACKAGES)
    """Name to version of what was installed; the first by name where there are more."""
    command: Word | None = None
    """Program and sub-command; what stood behind them may be secret and is not kept."""
    seeds: dict[Word, int] = Field(default_factory=dict, max_length=100)
    """Of random generators, as a person names them."""
    files: dict[Word, Digest] = Field(default_factory=dict, max_length=100)
    """Name to digest of what the run was launched from, as `eval.yaml`."""


class ServerLineage(Fact):
    """The service that took the launch; each attempt names the worker that asked."""

    runoff: Word
    """Its release."""
    python: Word
    platform: Word


class WorkerLineage(Fact):
    """The process that asked the models of a run: what their answers may hang on besides them."""

    runoff: Word
    """Its release."""
    python: Word
    platform: Word
    packages: dict[Word, Word] = Field(default_factory=dict, max_length=100)
    """Name to version of what models are asked with, as `onnxruntime` and `openai`; what is not
    installed is left out."""
