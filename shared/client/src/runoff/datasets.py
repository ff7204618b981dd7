"""`client.datasets`: named entries in immutable versions."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from runoff.errors import InvalidInput, ProblemError
from runoff.importing.coco_truth import read_truth, split_in, write_manifest
from runoff.importing.sample import Place
from runoff.manifest import Plan, plan
from runoff.registered import RegisteredView
from runoff.tarball import CHUNK_BYTES, Progress, TarStream
from runoff.transport import Body, Transport, path_of
from runoff_contracts.problem import FieldError
from runoff_contracts.registry_views import DatasetEntryView, DatasetView
from runoff_contracts.task import Task
from runoff_contracts.views import Page


class Datasets:
    """Register datasets and read them."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self,
        path: Path | str,
        *,
        name: str,
        task: Task = "classification",
        files: Path | str | None = None,
        progress: Progress | None = None,
    ) -> RegisteredView:
        """Send a folder or a manifest as a version; content that is there is no new version.

        Args:
            path: A folder with manifest.jsonl or manifest.csv and the files that it names, or a
                manifest by itself.
            files: The folder that a manifest's files are below, where it is not its own.

        Raises:
            InvalidInput: When a path is missing or leaves the folder; nothing was sent.
            ProblemError: With every row that the server refuses; nothing was registered.
        """
        planned = plan(Path(path), below=None if files is None else Path(files))
        params = {"name": name, "task": task}
        # The digest is over content: sending it twice finds the first one's version.
        return self._transport.send(
            RegisteredView,
            "POST",
            path_of("datasets"),
            params,
            body=lambda: _body(planned, progress),
            repeatable=True,
        )

    def add_coco(
        self,
        annotations: Path | str,
        *,
        name: str,
        images: Path | str,
        split: str | None = None,
        progress: Progress | None = None,
    ) -> RegisteredView:
        """Send the ground truth of detection in the format of COCO as a version.

        Args:
            annotations: The JSON file with images, categories and annotations.
            images: The folder that its `file_name`s are below.
            split: Of all entries; what the file's name says where it is left out.

        Raises:
            InvalidInput: With every place in the file that is wrong; nothing was sent.
            ProblemError: As `add`; a line of it is an image of the file, counted from one.
        """
        path = Path(annotations)
        truth = read_truth(path)
        with tempfile.TemporaryDirectory(prefix="runoff-coco-") as folder:
            manifest = Path(folder) / "manifest.jsonl"
            write_manifest(truth, manifest, split=split or split_in(path.stem))
            try:
                return self.add(
                    manifest, name=name, task="detection", files=images, progress=progress
                )
            except InvalidInput as error:
                what = f"{path.name}: {len(error.errors)} image(s) are wrong, nothing was sent"
                raise InvalidInput(what, _at_images(error.errors, path)) from error
            except ProblemError as error:
                errors = _at_images(error.problem.errors, path)
                raise ProblemError(error.problem.model_copy(update={"errors": errors})) from error

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, after: int | None = None
    ) -> Page[DatasetView]:
        """Datasets by name."""
        params = {"limit": limit, "cursor": cursor, "after": after}
        return self._transport.get(Page[DatasetView], path_of("datasets"), params)

    def show(self, name: str, *, after: int | None = None) -> DatasetView:
        """One dataset with its versions, newest first."""
        return self._transport.get(DatasetView, path_of("datasets", name), {"after": after})

    def entries(
        self,
        name: str,
        *,
        split: str | None = None,
        section: str | None = None,
        find: str | None = None,
        start: int | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Page[DatasetEntryView]:
        """Entries of a dataset's newest version, or of the one in `name@version`.

        A page of a filtered list may hold fewer than `limit` and go on.

        Args:
            find: In id, text or target, of any case.
            start: From this place on, from 0; a cursor goes before it.
        """
        params = {
            "split": split,
            "section": section,
            "find": find,
            "start": start,
            "limit": limit,
            "cursor": cursor,
        }
        path = path_of("datasets", name, "entries")
        return self._transport.get(Page[DatasetEntryView], path, params)


def _at_images(errors: Sequence[FieldError], path: Path) -> Sequence[FieldError]:
    """Lines of a manifest that nobody sees, as images of the file that it was made of."""
    return [
        each
        if each.line is None
        else FieldError(
            field=each.field,
            message=each.message,
            file=Place(path.name, member=f"images.{each.line - 1}").error("", "").file,
        )
        for each in errors
    ]


def _body(planned: Plan, progress: Progress | None) -> Body:
    if planned.files:
        tar = TarStream(planned, progress)
        headers = {"Content-Type": "application/x-tar", "Content-Length": str(tar.n_bytes)}
        return {"content": tar, "headers": headers}
    n_bytes = planned.manifest.stat().st_size
    headers = {"Content-Type": planned.media_type, "Content-Length": str(n_bytes)}
    return {"content": _chunks(planned.manifest, n_bytes, progress), "headers": headers}


def _chunks(path: Path, n_bytes: int, progress: Progress | None) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
            if progress:
                progress(file.tell(), n_bytes)
