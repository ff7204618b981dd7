"""Contenders of several runs: what may be paired, and what is said of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from runoff_contracts.comparison_asked import MAX_COMPARED, ContenderMeant
from runoff_contracts.events.lifecycle import DatasetUsed, ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.lineage import WorkerLineage
from runoff_contracts.sequential import StoppedRun
from runoff_contracts.task import Status
from runoff_scoring.comparing.refusals import check_count
from runoff_scoring.comparing.taken import RunTaken
from runoff_scoring.errors import NotComparable
from runoff_scoring.record import Record
from tests.unit.run_manager.given import watched as given_watched
from tests.unit.scoring import given

ROWS: list[given.Row] = [("x", ("x",)), ("y", ("x",)), ("x", ("x",)), ("z", ("z",))]
BETTER: list[given.Row] = [("x", ("x",)), ("y", ("y",)), ("x", ("x",)), ("z", ("q",))]


def run_of(
    rows: list[given.Row],
    first: int = 0,
    *,
    of: dict[str, Any] | None = None,
    at_s: float | None = None,
    **fields: Any,
) -> RunTaken:
    """A run whose entries are numbered from `first` on, and whose id is of that moment, or now."""
    run = given.created(len(rows), len(rows[0][1]), run_id=new_run_id(now_s=at_s), **fields)
    entries = [
        given.processed(index, row, **(of or {})).model_copy(
            update={"entry_id": f"entry-{first + index:03}"}
        )
        for index, row in enumerate(rows)
    ]
    return given.taken_of(run, entries)


def refused(*runs: RunTaken, **options: Any) -> tuple[str, int]:
    with pytest.raises(NotComparable) as error:
        given.compare(*runs, **options)
    problem = error.value.problem
    assert problem.detail, "a refusal says what would be right"
    return problem.type.removeprefix("urn:runoff:problem:"), problem.status


def test_runs_over_the_same_entries_are_paired() -> None:
    """The same digest of entries needs no look at ids."""
    a, b = run_of(ROWS), run_of(BETTER)

    document = given.compare(a, b)

    assert document.pairing.same_entries
    assert (document.pairing.n_shared, document.pairing.n_union) == (4, 4)
    (pair,) = document.primary.pairs
    assert (pair.both_right, pair.only_a_right, pair.only_b_right, pair.both_wrong) == (2, 1, 1, 0)
    assert [each.run_id for each in document.contenders] == [a.run_id, b.run_id]
    assert len(document.datasets) == 1


def test_a_pair_of_two_runs_is_compared_as_two_contenders_of_one() -> None:
    """Where an answer comes from says nothing of whether it is right."""
    both: list[given.Row] = [
        (target, (*one, *other)) for (target, one), (_, other) in zip(ROWS, BETTER, strict=True)
    ]
    one_run = given.compared(both)
    two_runs = given.compare(run_of(ROWS), run_of(BETTER))

    assert two_runs.primary.pairs == one_run.primary.pairs
    assert two_runs.primary.estimates == one_run.primary.estimates
    assert two_runs.n_disagree == one_run.n_disagree == 2
    assert [each.answers for each in two_runs.disagreeing] == [["x", "y"], ["z", "q"]]
    assert two_runs.agreement == one_run.agreement


def test_runs_that_share_a_part_are_compared_on_it() -> None:
    """Entries 2 to 5 and 4 to 7: the coverage says how much that is."""
    a = run_of(ROWS, 2)
    b = run_of(BETTER[2:] + BETTER[:2], 4, entries=given.digest(3))

    document = given.compare(a, b)

    assert not document.pairing.same_entries
    assert (document.pairing.n_shared, document.pairing.n_union) == (2, 6)
    assert document.pairing.coverage == [4 / 6, 4 / 6]
    assert document.pairing.notes == ["the runs are over different parts of one dataset version"]
    assert [each.n_asked for each in document.contenders] == [2, 2]
    (pair,) = document.primary.pairs
    assert (pair.n_both, pair.both_right, pair.only_a_right) == (2, 1, 1)
    assert [each.entry_id for each in document.disagreeing] == ["entry-005"]


def test_entries_whose_targets_changed_are_left_out_and_told() -> None:
    """A version may correct a target; scores before and after are of two questions."""
    corrected: list[given.Row] = [("x", ("x",)), ("n", ("y",)), ("x", ("x",)), ("z", ("q",))]
    version = DatasetUsed(dataset="digits", number=2, digest=given.digest(8))
    b = run_of(corrected, entries=given.digest(3), dataset=version)

    document = given.compare(run_of(ROWS), b)

    assert (document.pairing.n_shared, document.pairing.n_union) == (3, 4)
    assert "versions 1, 2 of digits" in document.pairing.notes[0]
    assert document.pairing.notes[1].startswith("1 entries have another target in run")
    assert [each.number for each in document.datasets] == [1, 2]


def test_runs_without_a_shared_entry_are_refused() -> None:
    """Two samples of a dataset cannot be paired."""
    other = run_of(ROWS, 50, entries=given.digest(3))

    assert refused(run_of(ROWS), other) == ("no-shared-entries", 422)


def test_runs_of_two_tasks_are_refused() -> None:
    """A label and a text are no two answers to one question."""
    text = run_of(ROWS, task="text", scorers=[])

    assert refused(run_of(ROWS), text) == ("different-tasks", 422)


def test_scorers_that_are_not_shared_are_left_out_and_told() -> None:
    """Another k is another question, though its name is the same."""
    used = [ScorerUsed(name="accuracy", version=1)]
    one = run_of(ROWS, scorers=[*used, ScorerUsed(name="top_k", version=1, params={"k": 2})])
    other = run_of(BETTER, scorers=[*used, ScorerUsed(name="top_k", version=1)])

    document = given.compare(one, other)

    assert [each.name for each in document.metrics] == ["accuracy"]
    assert any("top_k has not the same" in each for each in document.pairing.notes)


def test_a_default_that_is_said_is_the_default() -> None:
    """Whoever wrote k = 5 asked for what the others got without a word."""
    one = run_of(ROWS, scorers=[ScorerUsed(name="top_k", version=1, params={"k": 5})])
    other = run_of(BETTER, scorers=[ScorerUsed(name="top_k", version=1)])

    assert given.compare(one, other).primary.name == "top_k"


def test_runs_without_a_shared_scorer_are_refused() -> None:
    """With what to do: score one of them again."""
    other = run_of(BETTER, scorers=[ScorerUsed(name="top_k", version=1)])

    with pytest.raises(NotComparable) as error:
        given.compare(run_of(ROWS), other)

    assert error.value.problem.type.endswith("no-shared-scorers")
    assert "rescore" in error.value.problem.detail


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"metrics": ["f1"]}, "metric-not-shared"),
        ({"methods": {"f1": {"test": "t"}}}, "metric-not-shared"),
        ({"methods": {"accuracy": {"test": "t", "interval": "bca"}}, "clusters": "section"}, ""),
        ({"baseline": {"run_id": given.RUN_ID, "position": 0}}, "unknown-baseline"),
        ({"margin": 1.5}, "bad-margin"),
        ({"clusters": "metadata.document"}, "unknown-clusters"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, Any], name: str) -> None:
    """Each by a type that scripts may rely on."""
    found, status = refused(run_of(ROWS), run_of(BETTER), **options)

    assert status == 422
    assert found == (name or "unknown-clusters")


def test_counts_of_contenders_are_checked() -> None:
    """None, one, too many, and one twice."""

    def meant(n: int) -> list[ContenderMeant]:
        return [ContenderMeant(run_id=given.RUN_ID, position=each) for each in range(n)]

    for contenders, name in (
        (meant(1), "one-contender"),
        (meant(MAX_COMPARED + 1), "too-many-contenders"),
        (meant(2) + meant(1), "same-contender-twice"),
    ):
        with pytest.raises(NotComparable) as error:
            check_count(contenders)
        assert error.value.problem.type.endswith(name)
    check_count(meant(MAX_COMPARED))


def test_a_position_that_is_not_there_is_refused() -> None:
    """Positions are counted from 0."""
    run = run_of(ROWS)
    contenders = [{"run_id": run.run_id, "position": each} for each in (0, 1)]

    assert refused(run, contenders=contenders) == ("unknown-contender", 404)


def test_one_model_in_two_runs_is_told_apart_by_what_people_gave() -> None:
    """By version, alias, or the time in the run's id; the whole id where two are of one moment."""
    a, b = run_of(ROWS, alias="old prompt"), run_of(BETTER, alias="new prompt")
    names = [each.name for each in given.compare(a, b).contenders]
    unnamed = [run_of(ROWS, at_s=1), run_of(BETTER, at_s=2)]
    at_once = [run_of(ROWS, at_s=1), run_of(BETTER, at_s=1)]

    assert names == ["onnx/a (old prompt)", "onnx/a (new prompt)"]
    assert [each.name for each in given.compare(*unnamed).contenders] == [
        f"onnx/a (run {run.run_id[:13]})" for run in unnamed
    ]
    assert [each.name for each in given.compare(*at_once).contenders] == [
        f"onnx/a (run {run.run_id})" for run in at_once
    ]


def test_with_a_baseline_the_difference_is_the_change_from_it() -> None:
    """Whichever stands first in the list."""
    worse, better = run_of([("x", ("y",))] * 20), run_of([("x", ("x",))] * 20)
    base = {"run_id": worse.run_id, "position": 0}

    document = given.compare(worse, better, baseline=base)

    assert (document.baseline, document.asked.family) == (0, "baseline")
    (pair,) = document.primary.pairs
    assert (pair.a, pair.b, pair.difference, pair.outcome) == (1, 0, 1.0, "a_better")
    assert "is better than the baseline onnx/a" in document.verdict


def test_a_part_of_a_canceled_run_is_compared_with_a_caution() -> None:
    """Its answers were paid for; who reads the verdict is told that it is not the whole."""
    whole = run_of(BETTER)
    part = run_of(ROWS[:3], entries=given.digest(2))
    created = part.created.model_copy(update={"n_entries": 4, "entries": whole.created.entries})
    part = replace(part, created=created, status=Status.CANCELED)

    document = given.compare(whole, part)

    assert (document.pairing.n_shared, document.pairing.coverage) == (3, [1.0, 0.75])
    assert "is canceled: 3 of its 4 entries are scored" in document.pairing.notes[0]
    assert document.verdict.endswith("One run is not complete: this is of what is scored.")


def test_runs_that_were_stopped_are_compared_on_what_both_asked() -> None:
    """They have the beginning of one order, by digest; the verdict says what holds all the same."""
    a, b = run_of(ROWS), run_of(BETTER[:3])
    watched = given_watched(3, 9).model_copy(update={"run_id": b.run_id})
    stopped = StoppedRun(run_id=b.run_id, n_entries=3, n_planned=9, watched=watched)

    document = given.compare(a, replace(b, stopped=stopped))

    assert not document.pairing.same_entries
    assert (document.pairing.n_shared, document.pairing.n_union) == (3, 4)
    assert document.stopped == [stopped]
    assert "Stopped when decided, with 3 of 9 entries asked" in document.verdict
    assert document.verdict.endswith(watched.sentence)


def test_what_differs_between_runs_is_listed_and_the_rest_is_the_same() -> None:
    """Sorted by name; what one has and the other has not is None."""
    a = run_of(ROWS, labels={"team": "vision", "try": "1"}, alias="a")
    b = run_of(BETTER, labels={"team": "vision", "prompt": "new"}, priority="low")

    document = given.compare(a, b)

    differing = {each.name: each.values for each in document.differing}
    assert differing["alias"] == ["a", None]
    assert differing["labels.prompt"] == [None, "new"]
    assert differing["labels.try"] == ["1", None]
    assert differing["priority"] == ["normal", "low"]
    assert document.same["labels.team"] == "vision"
    assert document.same["config.batch_size"] == 32
    assert list(differing) == sorted(differing)


def ran_on(*versions: str) -> RunTaken:
    """A run as workers with these versions of onnxruntime answered it."""
    run = given.created(len(ROWS), 1, run_id=new_run_id())
    entries = [given.processed(index, row) for index, row in enumerate(ROWS)]
    for place, version in enumerate(versions):
        made = WorkerLineage(
            runoff="1", python="3.11.9", platform="Linux", packages={"onnxruntime": version}
        )
        entries[place] = entries[place].model_copy(update={"environment": made})
    return given.taken_of(run, entries)


def test_what_workers_ran_on_is_compared() -> None:
    """Another release of the library that infers may be the whole difference."""
    document = given.compare(ran_on("1.20"), ran_on("1.21", "1.20"))

    differing = {each.name: each.values for each in document.differing}
    assert differing["worker.packages.onnxruntime"] == ["1.20", "1.20 | 1.21"]
    assert document.same["worker.python"] == "3.11.9"


def test_versions_of_workers_are_stored_with_the_run() -> None:
    """In the same bytes, whichever worker came first."""
    one, two = ran_on("1", "2").record, ran_on("2", "1").record

    kept = Record.from_bytes(one.to_bytes()).columns.workers
    assert one.to_bytes() == two.to_bytes()
    assert [each.packages["onnxruntime"] for each in kept] == ["1", "2"]


@pytest.mark.parametrize("missing", ["paired_only", "count_as_wrong", "refuse"])
def test_what_is_missing_follows_the_policy(missing: str) -> None:
    """b failed on two entries of eight, one of which has no target."""
    rows: list[given.Row] = [
        *[("x", ("x", "x"))] * 6,
        ("x", ("x", None)),
        (None, ("x", None)),
    ]
    run = given.taken(rows)
    if missing == "refuse":
        assert refused(run, missing=missing) == ("scores-missing", 422)
        return

    primary = given.compare(run, missing=missing).primary

    assert primary.estimates[1].n == (6 if missing == "paired_only" else 7)
    assert primary.pairs[0].n_both == primary.estimates[1].n
    assert primary.pairs[0].only_a_right == (0 if missing == "paired_only" else 1)


def test_entries_of_one_document_are_not_counted_as_many() -> None:
    """Sixty documents of five pages each, all pages right or all wrong: sixty facts, not 300."""
    entries = [
        given.processed(index, ("x", ("x" if index // 5 % 2 else "y", "x"))).model_copy(
            update={"metadata": {"document": f"d{index // 5}"}}
        )
        for index in range(300)
    ]
    run = given.taken_of(given.created(300), entries)

    alone = given.compare(run)
    clustered = given.compare(run, clusters="metadata.document")

    narrow, wide = (each.primary.pairs[0].interval for each in (alone, clustered))
    assert narrow is not None
    assert wide is not None
    assert clustered.primary.test == "cluster-robust t (CR1)"
    assert wide[1] - wide[0] > 2 * (narrow[1] - narrow[0])
    assert clustered.primary.pairs[0].difference == alone.primary.pairs[0].difference == -0.5
    grouped = given.compare(run, by=["metadata.document"])
    assert grouped.left_out == ["metadata.document: more than 50 values"]
