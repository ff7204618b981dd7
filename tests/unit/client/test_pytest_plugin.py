"""What the pytest plugin asserts, and what it costs whoever does not use it."""

from __future__ import annotations

import sys

import pytest

from runoff.comparison import Comparison
from runoff.testing import CheckFailed, Result
from runoff_contracts.compared import Outcome
from runoff_contracts.comparison import ComparisonDocument, canonical
from runoff_testkit.compared import a_contender, a_document, a_margin, a_metric, a_pair

pytest_plugins = ["pytester"]

URL = "http://127.0.0.1:8700/api/comparisons/x"


def a_result(document: ComparisonDocument, into: dict[str, object] | None = None) -> Result:
    told = {} if into is None else into
    return Result(Comparison.read(canonical(document), url=URL), told.__setitem__)


def judged(outcome: Outcome, *, not_inferior: bool | None = None, **changes: object) -> Result:
    margin = None
    if not_inferior is not None:
        margin = a_margin(equivalent=False, not_inferior=not_inferior)
    document = a_document(metrics=[a_metric(pairs=[a_pair(outcome=outcome, margin=margin)])])
    return a_result(document.model_copy(update=changes))


def test_what_is_shown_passes() -> None:
    """Better is better, and not worse."""
    result = judged("a_better")

    result.assert_better()
    result.assert_not_worse()
    result.assert_at_least(0.95)
    assert result.estimate("onnx/small").value == 0.93


def test_without_a_margin_not_worse_means_not_shown_to_be() -> None:
    """With one it has to be shown."""
    judged("not_separable").assert_not_worse()
    judged("not_separable", not_inferior=True).assert_not_worse()
    with pytest.raises(CheckFailed, match="not shown that onnx/large is not worse"):
        judged("not_separable", not_inferior=False).assert_not_worse()


def test_a_failure_says_what_was_asked_what_is_shown_and_where() -> None:
    """The verdict, the numbers and the link, in the text of the failed test."""
    with pytest.raises(CheckFailed) as failed:
        judged("not_separable", verdict="No winner: it may be chance.").assert_better()

    told = str(failed.value)
    assert told.startswith("It is not shown that onnx/large is better than the baseline.")
    assert "No winner: it may be chance." in told
    assert "not separable" in told
    assert told.endswith(URL)


def test_nothing_is_equal_without_a_margin() -> None:
    """Not separable is not equal."""
    with pytest.raises(CheckFailed, match=r"margin=0\.02"):
        judged("not_separable").assert_equivalent()


def test_a_value_is_held_against_a_bound_in_its_own_direction() -> None:
    """Of an error less is better, and what has no value is not good enough."""
    error = a_metric("pixel_distance", (3.0, 4.0), kind="error", higher_is_better=False, unit="px")
    result = a_result(a_document(metrics=[error, a_metric("f1", (None, 0.5))]))

    result.assert_at_least(4.5)
    with pytest.raises(CheckFailed, match=r"at most 3\.5"):
        result.assert_at_least(3.5)
    with pytest.raises(CheckFailed, match="f1 is None"):
        result.assert_at_least(0.1, model="onnx/small", metric="f1")
    with pytest.raises(LookupError, match="it has pixel_distance, f1"):
        result.estimate("onnx/small", "accuracy")
    with pytest.raises(LookupError, match="onnx/none"):
        result.estimate("onnx/none")


def test_a_contender_is_found_by_what_the_document_calls_it() -> None:
    """A model that stands there twice is told apart by its name only."""
    twins = [
        a_contender(0, "onnx/net", name="onnx/net (old)"),
        a_contender(1, "onnx/net", name="onnx/net (new)"),
    ]
    result = a_result(a_document(contenders=twins))

    assert result.estimate("onnx/net (new)").value == 0.955
    with pytest.raises(LookupError, match=r"old.*new"):
        result.estimate("onnx/net")


def test_a_report_has_what_was_compared() -> None:
    """As JUnit properties: digest, link, verdict, and the outcome of each contender."""
    told: dict[str, object] = {}
    result = a_result(a_document(), told)

    assert told["runoff_comparison"] == result.comparison.digest
    assert told["runoff_url"] == URL
    assert told["runoff_outcome[onnx/large]"] == "a_better"
    assert told["runoff_difference[onnx/large]"] == 0.025


def test_who_does_not_use_the_plugin_does_not_load_the_client(pytester: pytest.Pytester) -> None:
    """It is installed with the client, so every session of its user has it."""
    pytester.makepyfile(
        """
        import sys

        def test_nothing_is_loaded():
            assert "runoff_pytest" in sys.modules
            assert "runoff" not in sys.modules
        """
    )
    done = pytester.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider")

    done.assert_outcomes(passed=1)


def test_tests_that_ask_a_server_can_be_left_out_by_the_marker(pytester: pytest.Pytester) -> None:
    """`-m "not runoff"` on a machine without a server; the marker is known under strictness."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.runoff(dataset="photos", models=["onnx/a", "onnx/b"])
        def test_is_marked(runoff_result): ...

        def test_has_the_fixture(runoff): ...

        def test_is_neither(): ...
        """
    )
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--strict-markers"]
    done = pytester.run(*command, "-m", "not runoff")

    done.assert_outcomes(passed=1, deselected=2)
