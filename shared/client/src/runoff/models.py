"""`client.models`: model files with their declarations, in immutable versions."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, cast

from pydantic import ValidationError

from runoff.errors import InvalidInput
from runoff.registered import RegisteredView
from runoff.tarball import Progress
from runoff.transport import Transport, path_of
from runoff.validation import field_errors
from runoff_contracts.model_spec import OnnxSpec
from runoff_contracts.views import ModelView, Page

Spec = OnnxSpec | Mapping[str, object] | Path | str
"""A declaration, as an object, a mapping, or the path of a JSON file."""


class Models:
    """Register models and read them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self, file: Path | str, *, name: str, spec: Spec, progress: Progress | None = None
    ) -> RegisteredView:
        """Send a model file as a version; content that is there is no new version.

        Args:
            name: `onnx/…`.
            spec: How an image becomes the model's input, and what its outputs mean.

        Raises:
            InvalidInput: When a file is missing or the declaration is wrong; nothing was sent.
            ProblemError: When the server cannot load the model, or it does not fit its declaration.
        """
        declaration = read_spec(spec)
        path = Path(file)
        if not path.is_file():
            raise InvalidInput(f"{path} is no file.")
        with MeteredFile(path, progress) as content:
            # FileIO is read in binary as IO[bytes] is; typeshed does not say so.
            opened = cast(IO[bytes], content)
            return self._transport.send(
                RegisteredView,
                "POST",
                path_of("models"),
                body=lambda: {
                    "files": {
                        "model": (None, name, "text/plain"),
                        "spec": (None, declaration.model_dump_json(), "application/json"),
                        "file": (path.name, opened, "application/octet-stream"),
                    }
                },
                repeatable=True,
            )

    def list(self, *, limit: int | None = None, cursor: str | None = None) -> Page[ModelView]:
        """Models by name."""
        params = {"limit": limit, "cursor": cursor}
        return self._transport.get(Page[ModelView], path_of("models"), params)

    def show(self, name: str, *, after: int | None = None) -> ModelView:
        """One model with its versions, newest first."""
        provider, _, rest = name.partition("/")
        return self._transport.get(ModelView, path_of("models", provider, rest), {"after": after})


class MeteredFile(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        super().__init__(path, "rb")
        self._n_bytes = path.stat().st_size
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """As `FileIO.read`, then call `progress`."""
        chunk = super().read(-1 if size is None else size)
        if self._progress:
            self._progress(self.tell(), self._n_bytes)
        return chunk


def read_spec(spec: Spec) -> OnnxSpec:
    """The declaration, checked.

    Raises:
        InvalidInput: When the file cannot be read or a field is wrong.
    """
    if isinstance(spec, OnnxSpec):
        return spec
    name = "spec" if isinstance(spec, Mapping) else str(spec)
    try:
        data = spec if isinstance(spec, Mapping) else json.loads(Path(spec).read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidInput(f"{name} is no JSON: {error}") from error
    try:
        return OnnxSpec.model_validate(data)
    except ValidationError as error:
        raise InvalidInput(f"{name} is no declaration of a model:", field_errors(error)) from error
