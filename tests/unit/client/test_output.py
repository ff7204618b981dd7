"""What others wrote is shown, never obeyed."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from runoff.cli.output import clean, print_json, safe


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\r\nb", "a\\r\\nb"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("Grüße, 世界", "Grüße, 世界"),
    ],
)
def test_escape_sequences_are_spelled_out(hostile: str, shown: str) -> None:
    """A model's answer could clear the screen, retitle the window or fake a prompt."""
    assert clean(hostile) == shown


@given(st.text())
def test_no_control_character_gets_through(text: str) -> None:
    """Whatever there is."""
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in clean(text))


def test_markup_in_a_name_stays_text() -> None:
    """`[red]` in an answer is an answer."""
    out = io.StringIO()
    Console(file=out, force_terminal=True, color_system="truecolor").print(safe("[red]x[/red]"))

    assert out.getvalue() == "[red]x[/red]\n"


def test_a_long_answer_is_cut_and_marked() -> None:
    """A table of answers of a page each shows nothing."""
    assert clean("abcdef", limit=4) == "abc…"


@given(st.text())
def test_json_is_the_same_text_and_safe_to_show(text: str) -> None:
    """JSON leaves C1 controls unescaped, and some terminals obey them."""
    with pytest.MonkeyPatch.context() as patch:
        out = io.StringIO()
        patch.setattr("sys.stdout", out)
        print_json({"answer": text})

    shown = out.getvalue()
    assert json.loads(shown) == {"answer": text}
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in shown.replace("\n", ""))
