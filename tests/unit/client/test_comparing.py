"""A comparison as people and pull requests read it, and when it fails a check."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from runoff.cli.markdown import escaped, markdown
from runoff.cli.verdict import print_comparison, print_entries
from runoff.comparison import Comparison
from runoff.contender import read_contender
from runoff.errors import InvalidInput
from runoff.gate import FAILS, FailOn, failing
from runoff_contracts.compared import (
    AskedAlone,
    ComparedGroup,
    FieldCompared,
    Outcome,
    RetriedScores,
    Winner,
)
from runoff_contracts.compared_entries import ComparedAnswerView, ComparedEntryView
from runoff_contracts.comparison import ComparisonDocument, canonical, digest_of
from runoff_testkit.compared import (
    a_contender,
    a_document,
    a_margin,
    a_metric,
    a_pair,
)
from tests.unit.client.calling import command_in

URL = "http://127.0.0.1:8700/api/comparisons/x"
ATTEMPT = {"started_at": "2026-11-21T12:00:00Z", "duration_s": 0.1}
HOSTILE = "\x1b[2J|`a`<img src=x>[b](http://evil.example)*c*@someone &lt; www.evil.example"


def compared(document: ComparisonDocument) -> Comparison:
    return Comparison.read(canonical(document), url=URL)


def printed(
    document: ComparisonDocument,
    entries: list[ComparedEntryView] | None = None,
    *,
    pages: str | None = None,
) -> str:
    file = io.StringIO()
    where = Console(file=file, width=80, highlight=False, markup=False)
    print_comparison(compared(document), [], where, pages=pages)
    if entries is not None:
        print_entries(document, entries, "Changed most", where)
    return file.getvalue()


def four(**changes: Any) -> ComparisonDocument:
    """Four contenders with long names, two metrics, and something of everything."""
    names = [f"openai/gpt-4o-mini-2026-07-18 (prompt {n}, run 01931b6c)" for n in range(4)]
    pairs = [
        a_pair(1, 0, margin=a_margin(equivalent=False, not_inferior=True)),
        a_pair(2, 0, outcome="not_separable", difference=0.01, interval=(-0.003, 0.023)),
        a_pair(3, 0, outcome="nothing_shared", difference=None, interval=None, reason="no entry"),
    ]
    fields: dict[str, Any] = {
        "metrics": [
            a_metric(values=(0.93, 0.955, 0.94, None), pairs=pairs),
            a_metric(
                "pixel_distance",
                (12.25, 1234.5, 3.0, 4.0),
                pairs,
                kind="error",
                higher_is_better=False,
                unit="px",
                winner=Winner(contenders=[2, 3], certainty="tie"),
            ),
        ],
        "groups": [],
        "differing": [FieldCompared(name="params.prompt", values=["x" * 400, 1, None, True])],
    }
    return a_document(*names, **{**fields, **changes})


def test_the_bytes_are_those_that_the_digest_is_of() -> None:
    """Whoever has them can check it."""
    document = a_document()
    view = compared(document)

    assert (view.digest, view.document) == (digest_of(canonical(document)), document)
    assert view.raw == canonical(document)


@pytest.mark.parametrize(
    ("interval", "is_told"),
    [((0.006, 0.128), True), ((-0.128, -0.006), True), ((-0.006, 0.128), False), (None, False)],
)
def test_an_interval_that_says_more_than_the_tests_together_is_explained(
    interval: tuple[float, float] | None, is_told: bool
) -> None:
    """Otherwise `+0.6 to +12.8` stands beside 'not separable' without a word."""
    pair = a_pair(1, 0, interval=interval, p_adjusted=0.48, outcome="not_separable")
    document = a_document(metrics=[a_metric(pairs=[pair])])

    for page in (printed(document), markdown(compared(document))):
        assert ("each interval stands by itself" in " ".join(page.split())) is is_told
    assert "stands by itself" not in printed(a_document())


def test_a_test_that_was_asked_for_may_be_why_nothing_is_separable() -> None:
    """The interval is the usual one, which leaves out 0; p is that of the test asked for."""
    alone = AskedAlone(test="paired permutation (sign flips)", p_value=0.06)
    pair = a_pair(1, 0, p_adjusted=0.12, outcome="not_separable", asked_alone=alone)
    note = "f1: paired t alone says +0.1 to +0.2; it promises more than it keeps"
    pairing = a_document().pairing.model_copy(update={"notes": [note]})
    document = a_document(metrics=[a_metric(pairs=[pair])], pairing=pairing)

    for page in (printed(document), markdown(compared(document)).replace("\\", "")):
        said = " ".join(page.split())
        assert "p (Holm) is the greater of two tests and reckons with all 2 tests" in said
        assert f"- {note}" in said


@pytest.mark.parametrize("document", [a_document(), four()], ids=["two", "four"])
def test_a_comparison_fits_a_terminal_of_80_columns(document: ComparisonDocument) -> None:
    """No line is broken by the terminal, whatever models are called."""
    lines = printed(document).splitlines()

    assert max(map(len, lines)) <= 80
    assert lines[1].startswith("onnx/large is better")


@pytest.mark.parametrize("pages", [None, "http://127.0.0.1:8701"])
def test_a_person_is_led_to_the_page_where_there_is_one(pages: str | None) -> None:
    """To the API's document otherwise."""
    document = a_document()
    digest = digest_of(canonical(document))

    last = printed(document, pages=pages).splitlines()[-2:]
    assert "".join(last).endswith(f"{pages}/comparisons/{digest}" if pages else URL)


def test_a_comparison_is_words_first_and_says_everything() -> None:
    """Contenders and pairs, metrics each with a winner, what differs, what to beware of."""
    shown = printed(four(left_out=["metadata.camera: 51 values"]))
    said = " ".join(shown.split())

    assert re.search(r"B - A +\+2\.5 points +\+0\.9 to \+4\.1 +0\.0052 +0\.38 +B is better", shown)
    assert re.search(r"C - A .*not separable", shown)
    assert "nothing shared" in shown
    assert re.search(r"pixel_distance ↓ +12\.25 px +\w* ?12(34|35)\D* px", shown)
    assert "tie of C and D" in shown
    assert "equal within 2.0 points: not shown" in said
    assert "not worse than A by 2.0 points: shown" in said
    assert "params.prompt" in shown
    assert "- accuracy of D: nothing is scored" in shown
    assert "- D against A: no entry" in shown
    assert "metadata.camera: 51 values" in said


def test_what_is_to_be_known_of_a_contender_is_a_caution() -> None:
    """Failed entries, and retries that are no accident."""
    retried = RetriedScores(
        n_retried=40,
        n_first=960,
        mean_retried=0.5,
        mean_first=0.95,
        p_value=0.001,
        test="permutation",
    )
    contenders = [
        a_contender(0, "onnx/small"),
        a_contender(1, "onnx/large", n_failed=3, retried=retried),
    ]
    shown = printed(a_document(contenders=contenders))

    assert "- B (onnx/large) did not answer 3 entries" in shown
    assert "the 40 entries that needed another attempt score" in shown


def test_entries_that_changed_are_listed_with_answers() -> None:
    """Green where right, red where wrong; here without colours."""
    entry = ComparedEntryView.model_validate(
        {
            "index": 3,
            "entry_id": HOSTILE,
            "target": "cat",
            "section": None,
            "split": None,
            "metadata": None,
            "difference": 1,
            "confidence_difference": None,
            "change": -1,
            "answers": [
                ComparedAnswerView(contender=0, prediction=None, score=None),
                {
                    "contender": 1,
                    "prediction": {"contender": 0, "label": "dog", "attempts": [ATTEMPT]},
                    "score": 0,
                },
            ],
        }
    )
    shown = printed(a_document(), [entry])
    page = markdown(compared(a_document()), [entry])

    assert re.search(r"cat +– +dog +-1", shown)
    assert "\x1b" not in shown + page
    assert "| cat | – | dog | -1 |" in page


def test_markdown_of_hostile_names_is_only_text() -> None:
    """A model's name opens no cell, no tag, no link, and calls nobody."""
    document = a_document("onnx/small", HOSTILE, verdict=f"{HOSTILE} is better")
    sections = [ComparedGroup(by="section", value="s", n_entries=1, metrics=[a_metric(HOSTILE)])]
    named = a_metric(HOSTILE, pairs=[a_pair()])
    page = markdown(compared(document.model_copy(update={"metrics": [named], "groups": sections})))

    rows = [line for line in page.splitlines() if "someone" in line and line.startswith("|")]
    assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [7, 7]
    said = re.sub(r"\\.|<summary>.*</summary>", "", page).replace(f"<{URL}>", "")
    summary, *_ = re.findall(r"<summary>(.*)</summary>", page)
    assert not re.search("[<>@]|&lt; www", summary)
    for opened in (
        "<img",
        "](http",
        "`a`",
        "*c*",
        "@someone",
        "://",
        "www.",
        "&amp;lt; www.",
        "\x1b",
    ):
        assert opened not in said, opened


@given(st.text(max_size=80))
def test_every_text_is_escaped_to_one_line_without_markup(text: str) -> None:
    """Each special character stands behind a backslash, or in an entity of ours."""
    found = escaped(text)

    assert "\n" not in found
    without = re.sub(r"\\[\\`*_{}\[\]<>#|~$]|&amp;|&#\d+;", "", found)
    assert not re.search(r"[\\`*_{}\[\]<>#|~$&@]", without)


@pytest.mark.parametrize(
    ("outcome", "equivalent", "not_inferior", "fails"),
    [
        ("a_better", None, None, set()),
        ("a_better", False, True, {"not-equivalent"}),
        ("b_better", None, None, {"regression", "maybe-worse", "not-better"}),
        ("b_better", True, True, {"not-better"}),
        ("b_better", False, False, {"regression", "maybe-worse", "not-equivalent", "not-better"}),
        ("not_separable", None, None, {"not-better"}),
        ("not_separable", True, True, {"not-better"}),
        ("not_separable", False, False, {"maybe-worse", "not-equivalent", "not-better"}),
        ("not_separable", None, None, {"not-better"}),
        ("nothing_shared", None, None, {"regression", "maybe-worse", "not-better"}),
    ],
)
def test_a_check_fails_where_what_it_asks_for_is_not_shown(
    outcome: Outcome, equivalent: bool | None, not_inferior: bool | None, fails: set[FailOn]
) -> None:
    """Not separable is not equal and not better; a loss within the margin is no regression."""
    asked = equivalent is not None
    margin = a_margin(equivalent=equivalent, not_inferior=not_inferior) if asked else None
    metric = a_metric(pairs=[a_pair(outcome=outcome, margin=margin)])
    document = a_document(metrics=[metric])
    expected = fails if asked else fails | {"not-equivalent"}

    assert {check for check in FAILS if failing(document, check)} == expected


def test_a_pair_is_read_from_the_side_of_the_baseline() -> None:
    """Whichever way round the document has it."""
    turned = a_document(metrics=[a_metric(pairs=[a_pair(0, 1, outcome="a_better")])])

    (side,) = failing(turned, "regression")
    assert (side.candidate, side.baseline) == (1, 0)
    assert not failing(turned, "regression", baseline=1)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("01931b6c", {"run": "01931b6c"}),
        ("last", {"run": "last"}),
        ("01931b6c/onnx/net@2", {"run": "01931b6c", "model": "onnx/net@2"}),
        ("01931b6c/python/a:b#c", {"run": "01931b6c", "model": "python/a:b#c"}),
        ("01931b6c#0", {"run": "01931b6c", "position": 0}),
    ],
)
def test_a_contender_is_written_in_one_word(word: str, meant: dict[str, object]) -> None:
    """A run, one of its models, or one of its positions."""
    assert read_contender(word) == meant


@pytest.mark.parametrize("word", ["", "/x", "#1", "a#", "a#x", "a/", "a#-1", "a#99999"])
def test_a_word_that_is_no_contender_is_refused(word: str) -> None:
    """Before anything is sent."""
    with pytest.raises(InvalidInput, match="no contender"):
        read_contender(word)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--json", "--markdown", "last"), "two forms"),
        (("--json",), "--last"),
        (("last", "--fail-on", "not-equivalent"), "--margin"),
        (("last", "--fail-on", "worse"), "regression"),
        (("last", "--by", "label:a", "--by", "param:b"), "one label or param"),
        (("last", "--missing", "drop"), "paired_only"),
        (("--last", "0"), "--last"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_asked_for_is_wrong_usage(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    """Before a server is looked for."""
    done = command_in(tmp_path, {"RUNOFF_API_URL": "http://127.0.0.1:9"})("compare", *arguments)

    assert (done.code, done.stdout) == (2, "")
    assert says in " ".join(done.stderr.split())


def test_without_arguments_the_command_teaches(tmp_path: Path) -> None:
    """Every option has an example, and they are no emoji."""
    done = command_in(tmp_path, {})("compare")

    said = " ".join(re.sub("[│╭╮╰╯─]", " ", done.stdout + done.stderr).split())
    for example in ("--last 2", "--margin 0.02", "--fail-on regression", "--by metadata.camera"):
        assert f"As {example}" in said
    assert "label:NAME or param:NAME" in said
