"""The file of labelled vectors: what is made of it, and files that were made to hurt."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
import pytest

from runoff_inference_worker.gallery import BadGallery, read_gallery
from tests.unit.inference_worker.making import gallery_file

VECTORS = [[3.0, 0.0], [0.0, 2.0], [1.0, 1.0]]
LABELS = ["right", "up", "right"]


def npy(header: str, content: bytes = b"", *, version: bytes = b"\x01\x00") -> bytes:
    """An array as numpy would have written it, whose header says anything."""
    said = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY" + version + len(said).to_bytes(2, "little") + said + content


def zipped(*, compression: int = zipfile.ZIP_STORED, **arrays: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, array in arrays.items():
            archive.writestr(f"{name}.npy", array)
    return content.getvalue()


def saved(array: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, np.asarray(array), allow_pickle=True)
    return content.getvalue()


def test_a_label_is_as_near_as_the_nearest_of_its_vectors() -> None:
    """Lengths say nothing: 3 to the right is as far as 1 to the right."""
    gallery = read_gallery(gallery_file(VECTORS, LABELS), "vector")

    assert gallery.labels == ["right", "up"]
    assert gallery.likeness(np.array([[5.0, 5.0], [0.0, 0.1]])) == pytest.approx(
        np.array([[1.0, np.sqrt(0.5)], [np.sqrt(0.5), 1.0]]), abs=1e-6
    )


def test_a_centroid_is_the_mean_direction() -> None:
    """Of 0 and 45 degrees it is 22.5: a long vector does not outweigh a short one."""
    gallery = read_gallery(gallery_file(VECTORS, LABELS), "centroid")

    angle = np.pi / 8
    assert gallery.vectors == pytest.approx(
        np.array([[np.cos(angle), np.sin(angle)], [0.0, 1.0]]), abs=1e-6
    )


def test_labels_may_be_whole_numbers_and_numbers_of_any_type() -> None:
    """As datasets of digits have them."""
    file = gallery_file(np.array([[1, 0], [0, 1]], np.int8), np.array([7, 3]))

    assert read_gallery(file, "vector").labels == ["3", "7"]


def test_many_vectors_are_held_against_in_blocks() -> None:
    """The same as all at once: nobody waits for a matrix of n by k in memory."""
    rng = np.random.default_rng(5)
    vectors, asked = rng.normal(size=(3000, 8)), rng.normal(size=(3000, 8))
    gallery = read_gallery(gallery_file(vectors, [str(row % 7) for row in range(3000)]), "vector")

    cosines = (asked / np.linalg.norm(asked, axis=1, keepdims=True)) @ (
        vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    ).T
    expected = np.stack([cosines[:, label::7].max(axis=1) for label in range(7)], axis=1)
    assert gallery.likeness(asked) == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("vectors", "labels", "says"),
    [
        ([1.0, 2.0], ["a", "b"], r"vectors has shape \(2,\)"),
        ([["x"], ["y"]], ["a", "b"], "vectors has shape"),
        (np.zeros((0, 3)), np.zeros(0, "U1"), "vectors has shape"),
        ([[1.0], [2.0]], ["a"], r"labels has shape \(1,\)"),
        ([[1.0], [2.0]], [0.5, 0.7], "type float64"),
        ([[1.0], [2.0]], ["a", "a"], "1 different labels"),
        ([[1.0], [2.0]], ["a", ""], "has 0 characters"),
        ([[1.0], [2.0]], ["a", "b" * 201], "has 201 characters"),
        ([[1.0], [2.0]], ["a", "\ud800"], "is no text"),
        ([[1.0, 0.0], [0.0, 0.0]], ["a", "b"], r"vector 1 \('b'\) is zero"),
        ([[1.0], [np.nan]], ["a", "b"], r"vector 1 \('b'\)"),
        ([[np.inf], [1.0]], ["a", "b"], r"vector 0 \('a'\)"),
    ],
)
def test_vectors_that_cannot_be_labelled_are_refused(vectors: Any, labels: Any, says: str) -> None:
    """With what is wrong, and where."""
    with pytest.raises(BadGallery, match=says):
        read_gallery(gallery_file(vectors, labels), "vector")


def test_vectors_that_cancel_each_other_out_have_no_centroid() -> None:
    """Guessing a direction would decide entries by rounding."""
    file = gallery_file([[1.0, 0.0], [-1.0, 0.0], [0.0, 1.0]], ["a", "a", "b"])

    with pytest.raises(BadGallery, match="cancel"):
        read_gallery(file, "centroid")


GOOD = saved(VECTORS)
NAMES = saved(LABELS)
SHAPE = "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no archive",
        zipped(vectors=GOOD),
        zipped(vectors=GOOD, labels=b"no array"),
        zipped(vectors=GOOD, labels=saved(np.array([b"a", None, {}], object))),
        zipped(vectors=npy(SHAPE % "(1000000000000, 1000000)"), labels=NAMES),
        zipped(vectors=npy(SHAPE % "(-3, 2)"), labels=NAMES),
        zipped(vectors=npy(SHAPE % "(3, 2)", b"\0" * 8), labels=NAMES),
        zipped(vectors=npy("(" * 100), labels=NAMES),
        zipped(vectors=npy("{'shape': 3"), labels=NAMES),
        zipped(vectors=npy(SHAPE % "(3, 2)", version=b"\x09\x09"), labels=NAMES),
        zipped(vectors=GOOD, labels=NAMES, compression=zipfile.ZIP_LZMA),
        zipped(vectors=GOOD, labels=NAMES)[:-30],
    ],
    ids=range(13),
)
def test_a_file_that_is_no_gallery_is_refused(content: bytes) -> None:
    """Nothing is unpickled."""
    with pytest.raises(BadGallery, match=r"numpy\.savez"):
        read_gallery(content, "vector")


def test_a_small_file_that_unpacks_to_a_large_one_is_refused() -> None:
    """Nothing is unpacked that is larger than a gallery may be."""
    large = bytes(200_000_000)
    content = zipped(vectors=large, labels=NAMES, compression=zipfile.ZIP_DEFLATED)

    with pytest.raises(BadGallery, match=r"numpy\.savez"):
        read_gallery(content, "vector")
