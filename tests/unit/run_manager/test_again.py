"""Asking again: which contenders answer, and under which number."""

from __future__ import annotations

from typing import Any

import pytest

from runoff_contracts.commands import AskAgain, EntryMeant
from runoff_contracts.events.again import EntryAskedAgain, Seed
from runoff_contracts.events.lifecycle import Contender
from runoff_run_manager.again import MOST_VERSIONS, Asked, ask_again, contenders_meant
from runoff_run_manager.errors import Refusal
from runoff_run_manager.evolve import Run
from tests.unit.run_manager import given

ENTRY = EntryMeant(index=3, entry_id="img-3")


def command(**named: Any) -> AskAgain:
    fields = {
        "command_id": "again-1",
        "sent_at": given.NOW,
        "run_id": given.RUN_ID,
        "entries": [ENTRY],
    }
    return AskAgain.model_validate(fields | named)


def run_of(*models: str) -> Run:
    contenders = [
        Contender(position=place, model=model, digest=given.digest(place))
        for place, model in enumerate(models)
    ]
    return Run(given.created(contenders=contenders))


def refused(order: AskAgain, run: Run | None) -> tuple[int, list[str]]:
    with pytest.raises(Refusal) as caught:
        contenders_meant(order, run)
    problem = caught.value.problem
    return problem.status, [each.field for each in problem.errors]


def test_all_contenders_answer_where_none_is_named() -> None:
    """A person who wants one says so."""
    run = run_of("onnx/a", "python/m:f")

    assert contenders_meant(command(), run) == [0, 1]
    assert contenders_meant(command(contenders=[1]), run) == [1]


def test_what_a_run_lacks_is_refused() -> None:
    """Before anything is asked."""
    run = run_of("onnx/a")

    assert refused(command(), None)[0] == 404
    assert refused(command(contenders=[1]), run) == (422, ["contenders"])


def test_a_variation_needs_a_seed_and_a_model_that_can_be_told_of_it() -> None:
    """A file answers the same whatever was answered before."""
    seed = Seed(text="a cat", contender=0, answer_version=2)

    assert refused(command(mode="semantic"), run_of("python/m:f")) == (422, ["seed"])
    assert refused(command(seed=seed), run_of("python/m:f")) == (422, ["seed"])
    mixed = run_of("python/m:f", "onnx/a")
    assert refused(command(mode="semantic", seed=seed), mixed) == (422, ["contenders"])
    only_first = command(mode="semantic", seed=seed, contenders=[0])
    assert contenders_meant(only_first, mixed) == [0]


def test_versions_are_numbered_and_name_their_parent() -> None:
    """v1 is the run's own; a variation stands under the version of its seed."""
    (first,) = ask_again(command(), ENTRY, Asked(), [0, 1], now=given.NOW)
    assert isinstance(first, EntryAskedAgain)
    assert (first.answer_version, first.parent, first.contenders) == (2, 1, [0, 1])

    seed = Seed(text="a cat", contender=0, answer_version=2)
    vary = command(command_id="again-2", mode="lexical", seed=seed)
    (second,) = ask_again(vary, ENTRY, Asked([first]), [0], now=given.LATER)
    assert isinstance(second, EntryAskedAgain)
    assert (second.answer_version, second.parent, second.mode) == (3, 2, "lexical")


def test_the_same_command_again_asks_nothing_new() -> None:
    """An order that was sent twice is one order."""
    (first,) = ask_again(command(), ENTRY, Asked(), [0], now=given.NOW)
    assert isinstance(first, EntryAskedAgain)

    assert ask_again(command(), ENTRY, Asked([first]), [0], now=given.LATER) == []


def test_an_entry_has_a_bounded_number_of_versions() -> None:
    """They are read whole each time one is added."""
    (first,) = ask_again(command(), ENTRY, Asked(), [0], now=given.NOW)
    assert isinstance(first, EntryAskedAgain)
    last = first.model_copy(update={"answer_version": MOST_VERSIONS, "command_id": "other"})

    with pytest.raises(Refusal, match="versions"):
        ask_again(command(), ENTRY, Asked([last]), [0], now=given.NOW)
