"""Objects of arrays: what is packed comes back, and what is no such object is told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from runoff_objects.arrays import Texts, pack, unpack
from runoff_objects.errors import BadArrays

ARRAYS = {
    "score": np.array([[0.5, np.nan], [1.0, 0.0]]),
    "codes": np.array([1, -1, 3], dtype=np.int32),
    "none": np.zeros((2, 0)),
    "flags": np.array([True, False]),
}


def test_arrays_come_back_as_views_of_the_bytes() -> None:
    """A hundred megabytes are not to be copied to look at one column."""
    content = pack(ARRAYS, {"baseline": None})
    found = unpack(content)

    assert found.meta == {"baseline": None}
    assert found.arrays.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype
    assert not found.arrays["score"].flags.writeable
    assert not found.arrays["score"].flags.owndata


def test_the_order_of_arrays_does_not_show() -> None:
    """The digest names what is in them."""
    assert pack(dict(reversed(ARRAYS.items()))) == pack(ARRAYS)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 an archive of before",
        pack(ARRAYS)[:100],
        pack(ARRAYS)[:-128],
        b"RUNOFFA1" + (2**63).to_bytes(8, "little"),
        b"RUNOFFA1" + (2).to_bytes(8, "little") + b"[]",
        pack(ARRAYS).replace(b"<f8", b"|O8"),
    ],
)
def test_what_is_no_object_of_arrays_is_told(content: bytes) -> None:
    """Of an older release, cut off, or made up: nothing of it is run or believed."""
    with pytest.raises(BadArrays):
        unpack(content)


def test_objects_of_python_are_not_packed() -> None:
    """They would have to be run to be read."""
    with pytest.raises(BadArrays):
        pack({"x": np.array([{}])})


@cases(st.lists(st.text(max_size=5), max_size=8), st.data())
def test_texts_are_a_list_of_texts(values: list[str], data: st.DataObject) -> None:
    """Of any script, empty ones included."""
    clean = [each.encode(errors="replace").decode() for each in values]
    packed = unpack(pack(Texts.of(values).arrays("ids"))).texts("ids")

    assert list(packed) == clean
    assert [packed[place] for place in range(len(packed))] == clean
    assert packed[1:3] == clean[1:3]
    places = data.draw(st.lists(st.integers(0, len(clean) - 1), max_size=5)) if clean else []
    assert list(packed.take(np.array(places, dtype=np.intp))) == [clean[each] for each in places]
