"""`client.models`: declarations of models, with a file where one is, in immutable versions."""

import io
import json
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from pydantic import BaseModel

from runoff.errors import InvalidInput
from runoff.evaluation import read_yaml
from runoff.registered import RegisteredView
from runoff.tarball import Progress
from runoff.transport import Transport, path_of
from runoff_contracts.declaring import FILE_PROVIDERS, KINDS, read_declaration
from runoff_contracts.errors import BadDeclaration
from runoff_contracts.model_spec import ModelSpec
from runoff_contracts.registry_views import ModelCheckView, ModelView
from runoff_contracts.views import Page

Spec = ModelSpec | Mapping[str, object] | Path | str
"""A declaration, as an object, a mapping, or the path of a JSON or YAML file."""


class Models:
    """Register models and read them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self,
        file: Path | str | None = None,
        *,
        name: str,
        spec: Spec,
        gallery: Path | str | None = None,
        progress: Progress | None = None,
    ) -> RegisteredView:
        """Send a model as a version; content that is there is no new version.

        Args:
            file: Of `onnx/…`; other models are all in their declaration.
            name: `onnx/…`, `oip/…`, `openai/…` and so on.
            spec: How it is asked, and what its answers mean; `kind` follows from the name.
            gallery: Labelled vectors for a model of embeddings, as `numpy.savez(gallery,
                vectors=…, labels=…)` writes them.
            progress: Told of the bytes of `file` that were read.

        Raises:
            InvalidInput: When a file is missing or the declaration is wrong; nothing was sent.
            ProblemError: When a worker cannot load or reach the model, or it does not fit its
                declaration.
        """
        provider = name.partition("/")[0]
        declaration = read_spec(spec, provider=provider)
        if provider not in FILE_PROVIDERS and file is not None:
            raise InvalidInput(f"A model of {provider}/… has no file: its declaration says all.")
        if provider in FILE_PROVIDERS and file is None:
            raise InvalidInput(f"A model of {provider}/… is a file; give it with its declaration.")
        with ExitStack() as stack:
            form: dict[str, tuple[str | None, str | IO[bytes], str]] = {}
            for field, given in (("file", file), ("gallery", gallery)):
                if given is not None:
                    path = existing(Path(given))
                    told = progress if field == "file" else None
                    opened = stack.enter_context(MeteredFile(path, told))
                    # FileIO is read in binary as IO[bytes] is; typeshed does not say so.
                    content = cast(IO[bytes], opened)
                    form[field] = (path.name, content, "application/octet-stream")
            if form:
                said = declaration.model_dump_json()
                form |= {
                    "model": (None, name, "text/plain"),
                    "spec": (None, said, "application/json"),
                }
            data = {"model": name, "spec": declaration.model_dump(mode="json")}
            return self._transport.send(
                RegisteredView,
                "POST",
                path_of("models"),
                body=lambda: {"files": form} if form else {"json": data},
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

    def check(self, name: str) -> ModelCheckView:
        """Whether a worker can load or reach a registered model now; `@number` for a version."""
        provider, _, rest = name.partition("/")
        path = path_of("models", provider, rest, "check")
        return self._transport.send(ModelCheckView, "POST", path, repeatable=True)


def existing(path: Path) -> Path:
    """The path of a file that is there.

    Raises:
        InvalidInput: When it is none.
    """
    if not path.is_file():
        raise InvalidInput(f"{path} is no file.")
    return path


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


def read_spec(spec: Spec, *, provider: str) -> ModelSpec:
    """The declaration, checked.

    Raises:
        InvalidInput: When the file cannot be read or a field is wrong.
    """
    if isinstance(spec, BaseModel):
        data: object = spec.model_dump(mode="json")
        name = "spec"
    elif isinstance(spec, Mapping):
        data, name = spec, "spec"
    else:
        data, name = _read(Path(spec)), str(spec)
    if provider not in KINDS:
        known = ", ".join(f"{each}/" for each in KINDS)
        raise InvalidInput(f"Models of {provider}/… are not registered; {known} are.")
    try:
        return read_declaration(data, provider=provider)
    except BadDeclaration as error:
        raise InvalidInput(f"{name} is no declaration of a model:", error.errors) from error


def _read(path: Path) -> object:
    # Tabs indent JSON and break YAML, so each is read as what it is.
    if path.suffix.lower() != ".json":
        return read_yaml(path, what="declaration of a model")
    try:
        return json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidInput(f"{path} is no JSON: {error}") from error
