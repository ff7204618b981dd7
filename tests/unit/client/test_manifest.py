"""What is found wrong before anything is sent, and where."""

import io
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from runoff.errors import InvalidInput
from runoff.manifest import plan
from runoff.tarball import TarStream

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Write:
    """Makes a dataset folder of file names and texts."""

    def write(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def places(error: InvalidInput) -> list[tuple[str | None, int | None]]:
    return [(each.file, each.line) for each in error.errors]


def test_files_may_be_below_another_folder_than_the_manifest(folder: Write) -> None:
    """An import writes a manifest of its own, and must not write beside a person's images."""
    root = folder(made__manifest_dot_jsonl='{"id":"a","file":"a.png"}\n', photos__a_dot_png="a")
    planned = plan(root / "made" / "manifest.jsonl", below=root / "photos")

    assert planned.files == ["a.png"]
    with tarfile.open(fileobj=io.BytesIO(b"".join(TarStream(planned)))) as archive:
        assert archive.getnames() == ["manifest.jsonl", "a.png"]
    with pytest.raises(InvalidInput, match="is no file here"):
        plan(root / "made" / "manifest.jsonl")


def test_only_files_that_the_manifest_names_are_sent(folder: Write) -> None:
    """A folder may hold gigabytes that are no business of the server."""
    root = folder(
        manifest_dot_jsonl='{"id":"a","file":"x/a.png"}\n\n{"id":"b","file":"x/a.png"}\n',
        x__a_dot_png="a",
        x__secret_dot_txt="s",
    )

    assert plan(root).files == ["x/a.png"]


def test_a_manifest_of_texts_needs_no_files(folder: Write) -> None:
    """Its rows carry what models are asked, so it is sent by itself."""
    root = folder(manifest_dot_csv="id,text,target\n1,hello,greeting\n")

    planned = plan(root / "manifest.csv")

    assert planned.files == []
    assert planned.media_type == "text/csv"


@pytest.mark.parametrize("name", ["../out.png", "/etc/hostname", "a/../../out.png", "a\\\\b.png"])
def test_a_path_that_leaves_the_folder_is_named_with_its_line(folder: Write, name: str) -> None:
    """A manifest from elsewhere must not make this machine send its other files."""
    root = folder(
        manifest_dot_jsonl=f'{{"id":"a","file":"ok.png"}}\n{{"id":"b","file":"{name}"}}\n',
        ok_dot_png="ok",
    )

    with pytest.raises(
        InvalidInput, match=r"manifest\.jsonl:2: file: .*leaves the folder"
    ) as caught:
        plan(root)

    assert places(caught.value) == [("manifest.jsonl", 2)]


def test_a_link_that_leads_out_of_the_folder_is_refused(folder: Write, tmp_path: Path) -> None:
    """Its name looks harmless; what it leads to is not in the folder."""
    root = folder(data__manifest_dot_jsonl='{"id":"a","file":"in.png"}\n', outside_dot_txt="no")
    (root / "data" / "in.png").symlink_to(root / "outside.txt")

    with pytest.raises(InvalidInput, match="link that leaves the folder"):
        plan(root / "data")


def test_all_wrong_rows_are_named_at_once(folder: Write) -> None:
    """Correcting one row at a time through a server is slow for everyone."""
    root = folder(
        manifest_dot_jsonl='{"file":"gone.png"}\nnot json\n[1]\n{"file":"../up.png"}\n',
    )

    with pytest.raises(InvalidInput) as caught:
        plan(root)

    assert places(caught.value) == [("manifest.jsonl", line) for line in (1, 2, 3, 4)]


def test_lines_of_a_csv_count_breaks_within_cells(folder: Write) -> None:
    """The line said is the one that an editor jumps to."""
    root = folder(
        manifest_dot_csv='id,file,metadata\n1,a.png,"two\nlines"\n2,gone.png,\n', a_dot_png="a"
    )

    with pytest.raises(InvalidInput) as caught:
        plan(root)

    assert places(caught.value) == [("manifest.csv", 4)]


def test_a_folder_needs_one_manifest(folder: Write) -> None:
    """With two nobody knows which one is meant."""
    root = folder(manifest_dot_jsonl="", manifest_dot_csv="id\n")

    with pytest.raises(InvalidInput, match="both of"):
        plan(root)


def test_a_manifest_that_is_no_text_is_said_to_be(tmp_path: Path) -> None:
    """A picture given by mistake is a sentence, not a traceback."""
    path = tmp_path / "manifest.jsonl"
    path.write_bytes(b"\x89PNG\xff\xfe")

    with pytest.raises(InvalidInput, match="no UTF-8 text"):
        plan(path)
