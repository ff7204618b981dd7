"""Numbers, times and texts as people read them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runoff_contracts.answers import AnswerBody, Box, Point
from runoff_web import format as words

NOW = datetime(2026, 11, 21, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (12, "12"),
        (0.12345, "0.123"),
        (-4.8, "−4.80"),
        (123456.7, "123457"),
        (0.00001, "1.00e−05"),
        (None, "–"),
        (float("nan"), "–"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_have_three_digits_and_a_real_minus(value: float | None, said: str) -> None:
    """More digits than a measurement has say what nobody knows."""
    assert words.number(value) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "–"),
        (0, "0 s"),
        (0.000044, "44 µs"),
        (0.0128, "12.8 ms"),
        (1.46, "1.46 s"),
        (412, "6 m 52 s"),
        (3600, "1 h 00 m"),
        (90_000, "1 d 1 h"),
        (-412, "−6 m 52 s"),
    ],
)
def test_durations_have_the_unit_that_people_would_say(value: float | None, said: str) -> None:
    """Nobody reads 412 s as seven minutes."""
    assert words.seconds(value).replace("\u202f", " ") == said


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (["onnx/digits-mlp", "onnx/digits-logreg"], ["digits-mlp", "digits-logreg"]),
        (["python/a.b:careful", "python/a.b:hasty"], ["careful", "hasty"]),
        (["python/x.old:predict", "python/x.new:predict"], ["old:predict", "new:predict"]),
        (["openai/gpt", "azure/gpt"], ["openai/gpt", "azure/gpt"]),
        (["onnx/a", "onnx/a"], ["a", "a"]),
        (["strange:", "other:"], ["strange:", "other:"]),
        ([], []),
    ],
)
def test_names_are_as_short_as_tells_models_apart(models: list[str], said: list[str]) -> None:
    """A column's head has room for a dozen letters, and they should not be the package's."""
    assert words.told_apart(models) == said


def test_a_verdict_has_models_as_short_as_tells_them_apart() -> None:
    """Whole names only: what another name begins with is not taken out of it."""
    models = ["python/a.b:first", "python/a.b:first_two", "openai/gpt-4o"]
    said = "python/a.b:first_two is better than python/a.b:first (planned), not openai/gpt-4o."

    assert words.named_shortly(said, models) == (
        "first_two is better than first (planned), not gpt-4o."
    )
    assert words.named_shortly("a.b:first, onnx/x", ["onnx/x", "onnx/x"]) == "a.b:first, x"
    assert words.named_shortly("nobody", []) == "nobody"


def test_numbers_are_written_by_what_they_are_of() -> None:
    """A margin as somebody typed it, a time in its unit, a price with its sign."""
    assert (words.setting(0.02), words.setting(None)) == ("0.02", "–")
    assert words.by_name("latency_mean_s", 2.5e-6).replace("\u202f", " ") == "2.50 µs"
    assert words.by_name("cost_usd", 0.0123) == "$0.0123"
    assert words.dollars(2.7e-6) == "$0.0000027"
    assert words.dollars(1e-12) == "< $0.00000001"
    assert words.by_name("metrics.accuracy", 0.5) == "0.500"
    assert (words.p_value(0.00005), words.p_value(0.00032)) == ("p < 0.0001", "p = 0.00032")
    assert (words.p_value(0.0416), words.p_value(None)) == ("p = 0.042", "–")
    assert words.by_name("params.rate", 0.03) == "0.03"
    assert (words.tick("metrics.accuracy", 0.5), words.tick("n", 100.0)) == ("0.5", "100")
    assert words.seconds(10**-4.301029995663981).replace("\u202f", " ") == "50 µs"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_every_number_has_words(value: float) -> None:
    """A page never breaks on a value that a scorer gave."""
    assert words.number(value)
    assert "-" not in words.number(value)
    assert words.percent(value if abs(value) < 1e300 else 0)


def test_differences_of_shares_say_their_direction_and_nothing_is_neither() -> None:
    """`+0.0` and `−0.0` are the same nothing."""
    assert words.points(0.048).replace("\u202f", " ") == "+4.8 pp"
    assert words.points(-0.002).replace("\u202f", " ") == "−0.2 pp"
    assert words.points(-0.0001).replace("\u202f", " ") == "0 pp"


def test_how_long_ago_is_rough_and_may_lie_ahead() -> None:
    """The exact moment stands in the title."""
    assert words.ago(NOW - timedelta(seconds=2), now=NOW) == "just now"
    assert words.ago(NOW - timedelta(minutes=3), now=NOW) == "3\u202fm ago"
    assert words.ago(NOW + timedelta(hours=2), now=NOW) == "in 2\u202fh"
    assert words.exactly(NOW) == "2026-11-21 20:00:00 UTC"


def test_text_from_outside_is_escaped_and_what_nobody_sees_is_marked() -> None:
    """A right-to-left override could make an answer say what it does not."""
    shown = words.shown("<b>safe\u202eevil\u200b\x07")

    assert "<b>" not in shown
    assert "&lt;b&gt;safe" in shown
    assert ">U+202E<" in shown and ">U+200B<" in shown and ">U+0007<" in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize(
    "text", ["کتاب\u200cها", "क्\u200dष", "👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "👩🏽\u200d🚀"]
)
def test_a_joiner_that_shapes_letters_or_emoji_is_left(text: str) -> None:
    """An ordinary Persian text has one every few words."""
    assert words.shown(text) == text


@pytest.mark.parametrize(
    "text",
    ["pay\u200dpal", "a\u200cb", "\u200dکتاب", "کتاب\u200c", "کتاب\u200c\u200c"],
)
def test_a_joiner_that_joins_nothing_is_marked(text: str) -> None:
    """Two texts that look alike would be taken for the same."""
    assert ">U+200" in words.shown(text)


def test_a_name_before_a_colon_is_shortened_too() -> None:
    """A colon that belongs to the name is none that ends it."""
    said = "Nothing can be said of python/m:a and python/m:b: no entry is scored for both."

    assert words.named_shortly(said, ["python/m:a", "python/m:b"]) == (
        "Nothing can be said of a and b: no entry is scored for both."
    )


@given(st.text())
def test_no_text_breaks_out_of_a_cell(text: str) -> None:
    """Whatever a model answers is text."""
    cell = words.one_line(text)

    plain = cell.replace('<span class="glyph" title="', "").replace("</span>", "")
    assert "<" not in plain
    assert "\n" not in cell


def test_answers_of_every_task_have_a_few_words() -> None:
    """A table shows them side by side."""
    boxes = [Box(label=label, x=0, y=0, width=1, height=1) for label in ("cat", "dog", "cat")]

    assert words.answer(AnswerBody(label="seven")) == "seven"
    assert words.answer(AnswerBody(boxes=boxes)) == "2 × cat, dog"
    assert words.answer(AnswerBody(boxes=[])) == "nothing found"
    assert words.answer(AnswerBody(point=Point(x=10.25, y=3))) == "(10.2, 3)"
    assert words.answer(AnswerBody()) is None
    assert words.target([{"label": "cat"}]) == "cat"
    assert words.target(["Paris", "paris"]) == "Paris | paris"
    assert words.target({"x": 1, "y": 2}) == "(1, 2)"


def test_models_are_called_by_the_part_that_tells_them_apart() -> None:
    """The provider, and the packages of a function's module, are in the title."""
    assert words.short_model("onnx/digits-net") == "digits-net"
    assert words.short_model("python/my.package.module:ask") == "module:ask"
    assert words.short_model("openai/gpt-4o") == "gpt-4o"


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (None, "–"), (0.001, "0.001"), ("True", "True"), (["é"], '["é"]')],
)
def test_values_of_somebody_are_written_as_json(value: object, text: str) -> None:
    """They were given as JSON, and are pasted from here into the next launch."""
    assert words.written(value) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cat", ""), ("Größe", ""), ("12,5", ""), (None, ""), ("Größe קטנה", ""),
        ("שלום", ' dir="rtl"'), ("12 مرحبا cat", ' dir="rtl"'),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_its_first_word_is(text: str | None, said: str) -> None:
    """It loses its end where it is too long, and not its beginning."""
    assert words.direction(text) == said
