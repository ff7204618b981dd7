"""The command as a shell runs it, without the second that a new process costs."""

import io
import json
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from runoff.cli import main


@dataclass(frozen=True)
class Done:
    """How a call of the command ended."""

    code: object
    stdout: str
    stderr: str

    @property
    def document(self) -> dict[str, object]:
        """Standard output, which must be one JSON object and nothing else."""
        data = json.loads(self.stdout)
        assert isinstance(data, dict)
        return data


Runoff = Callable[..., Done]


def command_in(folder: Path, environment: Mapping[str, str]) -> Runoff:
    """The command with that current folder, without a terminal; RUNOFF_API_URL only if given."""

    def call(*arguments: str) -> Done:
        stdout, stderr = io.StringIO(), io.StringIO()
        with (
            pytest.MonkeyPatch.context() as patch,
            redirect_stdout(stdout),
            redirect_stderr(stderr),
        ):
            patch.chdir(folder)
            patch.delenv("RUNOFF_API_URL", raising=False)
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr("sys.argv", ["runoff", *arguments])
            patch.setattr("sys.stdin", io.StringIO())
            try:
                main()
                code: object = 0
            except SystemExit as ended:
                code = ended.code or 0
        return Done(code, stdout.getvalue(), stderr.getvalue())

    return call
