"""What changed from one comparison to another: then and now, or the same models again."""

from __future__ import annotations

from typing import Any

from runoff_contracts.comparison import ComparisonDocument
from runoff_query.compared.changes import Compared, changes
from runoff_query.compared.matching import matched
from runoff_query.compared.table import EntriesTable
from runoff_testkit.compared import a_contender, a_digest, a_document, a_metric, a_pair
from tests.unit.query.test_compared_order import NAN, a_table

OTHER = "01931c00-0000-7000-8000-000000000000"


def compared(
    document: ComparisonDocument, table: EntriesTable | None = None, *, digest: int = 1
) -> Compared:
    return Compared(a_digest(digest), document, table)


def test_nothing_changed_says_nothing() -> None:
    """A document held against itself."""
    table = a_table([[1, 0], [0, 1]])
    found = changes(compared(a_document(), table), compared(a_document(), table))

    assert found.same_scores
    assert (found.outcomes_changed, found.fields, found.metrics) == (0, [], [])
    assert (found.n_entries_both, found.n_moved, found.moved) == (2, 0, [])
    assert [(each.name, each.same_run) for each in found.contenders] == [
        ("onnx/small", True),
        ("onnx/large", True),
    ]


def test_a_verdict_that_changed_is_told_with_its_numbers() -> None:
    """Estimates, the pair, the winner, and what was asked for otherwise."""
    pair = a_pair(outcome="not_separable", difference=0.01, interval=(-0.01, 0.03))
    now = a_document(
        metrics=[a_metric(values=(0.93, 0.94), pairs=[pair])],
        verdict="No winner.",
        asked=a_document().asked.model_copy(update={"as_of": 9}),
    )
    found = changes(compared(a_document()), compared(now))

    (told,) = found.metrics
    assert (found.outcomes_changed, found.verdict_after) == (1, "No winner.")
    assert [(each.contender, each.value_before, each.value_after) for each in told.estimates] == [
        ("onnx/large", 0.955, 0.94)
    ]
    assert told.pairs[0].a == "onnx/large"
    assert (told.pairs[0].outcome_before, told.pairs[0].outcome_after) == (
        "a_better",
        "not_separable",
    )
    assert told.winner_before is None
    assert [(each.name, each.before, each.after) for each in found.fields] == [
        ("asked.as_of", None, 9)
    ]
    assert found.n_moved is None


def test_a_pair_is_read_the_same_way_round_in_both() -> None:
    """The places of contenders may be others in the second document."""
    turned = a_document(
        contenders=[a_contender(1, "onnx/large"), a_contender(0, "onnx/small")],
        metrics=[a_metric(values=(0.955, 0.93), pairs=[a_pair(0, 1)])],
        groups=[],
    )
    assert [(each.before, each.after) for each in matched(a_document(), turned)] == [
        (1, 0),
        (0, 1),
    ]
    opposite = a_metric(
        values=(0.955, 0.93),
        pairs=[a_pair(1, 0, difference=-0.025, interval=(-0.041, -0.009), outcome="b_better")],
    )
    table, swapped = a_table([[1, 0], [0, 0]]), a_table([[0, 0], [1, 0]])
    found = changes(
        compared(a_document(groups=[]), table),
        compared(turned.model_copy(update={"metrics": [opposite]}), swapped),
    )
    assert (found.metrics, found.outcomes_changed, found.n_moved) == ([], 0, 0)


def test_models_that_answered_anew_are_the_same_contenders() -> None:
    """By model and version, where the run is another one; others are told by name."""
    again = a_document(
        contenders=[a_contender(0, "onnx/small"), a_contender(1, "onnx/large", run_id=OTHER)]
    )
    third = a_document(
        contenders=[a_contender(0, "onnx/small"), a_contender(1, "onnx/huge", run_id=OTHER)]
    )
    found = changes(compared(a_document()), compared(third))

    assert [each.same_run for each in matched(a_document(), again)] == [True, False]
    assert (found.only_before, found.only_after) == (["onnx/large"], ["onnx/huge"])


def test_entries_that_changed_side_are_listed() -> None:
    """By entry id, on the entries that both compare; without a score there is no side."""
    before = a_table([[1, 0, 1, 1], [0, 1, 1, NAN]])
    rows: dict[str, Any] = {"entry_ids": type(before.entry_ids).of(["e3", "e2", "e1", "new"])}
    after = a_table([[1, 1, 1, 0], [0, 1, 0, 0]], **rows)

    found = changes(compared(a_document(), before), compared(a_document(), after))

    assert (found.n_entries_both, found.n_moved) == (3, 2)
    moved = {each.entry_id: (each.change_before, each.change_after) for each in found.moved}
    assert moved == {"e3": (None, -1.0), "e1": (1.0, -1.0)}
    assert {(each.a, each.b) for each in found.moved} == {("onnx/large", "onnx/small")}
