"""Parameters and labels as people type them."""

from __future__ import annotations

import pytest

from runoff_web.errors import BadForm
from runoff_web.run_form import labels_in, params_in, params_text


def test_parameters_are_read_as_they_are_shown() -> None:
    """Whoever saves what he sees changes nothing."""
    params = {"lr": 0.001, "layers": 12, "note": "é <b>", "aug": True}

    assert params_in(params_text(params)) == params
    assert params_in("") == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,}', "line 1, column"),
        ("[1]", "it is an object"),
        ('{"a": null}', "a: "),
        ('{"a": {"b": 1}}', "a: "),
        ('{"a": NaN}', "a: "),
        ('{"a": 99999999999999999999}', "a: "),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_parameter_is_refused_with_its_place(text: str, said: str) -> None:
    """At the field, with what is wrong; nothing is sent."""
    with pytest.raises(BadForm) as refused:
        params_in(text)

    assert refused.value.field == "params"
    assert said in str(refused.value)


def test_labels_are_a_name_and_a_value_a_line() -> None:
    """A value may hold colons; a line without one, or a name twice, is a typing error."""
    assert labels_in("team: vision\n\n url: http://a ") == {"team": "vision", "url": "http://a"}
    for text in ("team", "team:", ": vision", "a: 1\na: 2"):
        with pytest.raises(BadForm):
            labels_in(text)
