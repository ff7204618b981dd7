"""What is shown of a run that goes on: on a terminal, and where there is none."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from rich.console import Console

from runoff.cli.watching import shown
from runoff_contracts.run_config import RunConfig
from runoff_contracts.sequential import WatchedPair, WatchedRun
from runoff_contracts.task import Status
from runoff_contracts.views import RunView

RUN_ID = "01936f2a-7c40-7b1e-9d53-0a4f6c2e8b17"


def view(n: int, *, decided: bool = False, said: str = "it is open") -> RunView:
    pair = WatchedPair(
        a=0,
        b=1,
        n_both=n,
        difference=0.1,
        interval=(-0.1, 0.3),
        p_value=0.5,
        decided="a_better" if decided else None,
    )
    watched = WatchedRun(
        run_id=RUN_ID,
        models=["onnx/a", "onnx/b"],
        n=n,
        n_entries=100,
        metric="accuracy",
        higher_is_better=True,
        confidence=0.95,
        method="anytime-valid",
        shuffled=True,
        pairs=[pair],
        decided=decided,
        sentence=said,
    )
    return RunView(
        run_id=RUN_ID,
        status=Status.RUNNING,
        task="classification",
        dataset="d",
        dataset_version=1,
        dataset_digest="x",
        selection=None,
        entries_digest="y",
        n_entries=100,
        n_processed=n,
        n_scored=n,
        n_failed=0,
        contenders=[],
        config=RunConfig(),
        priority="normal",
        alias=None,
        labels={},
        reason=None,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        started_at=None,
        settled_at=None,
        comparison_digest=None,
        watched=watched if n else None,
        seq=1,
    )


def lines_of(*views: RunView, terminal: bool) -> str:
    where = Console(file=io.StringIO(), force_terminal=terminal, width=100, highlight=False)
    with shown(where) as show:
        for each in views:
            show(each)
    assert isinstance(where.file, io.StringIO)
    return where.file.getvalue()


def test_a_terminal_shows_a_bar_and_the_newest_sentence() -> None:
    """At the end both stand there; before the first word there is a bar alone."""
    text = lines_of(view(0), view(40), view(60, said="a is ahead"), terminal=True)

    assert "60/100" in text
    assert "a is ahead" in text


def test_without_a_terminal_a_sentence_comes_with_each_quarter_and_each_decision() -> None:
    """A log file is no place for ten lines a second."""
    views = [view(n, said=f"said at {n}") for n in range(0, 100, 5)]
    text = lines_of(*views, view(96, decided=True, said="a is better"), terminal=False)

    said = [line for line in text.splitlines() if not line.startswith("Scored")]
    assert said == ["said at 25", "said at 50", "said at 75", "a is better"]


def test_what_models_are_called_is_shown_and_never_obeyed() -> None:
    """A name may hold what clears a screen."""
    text = lines_of(view(40, said="\x1b[2Jgone"), terminal=False)

    assert "\x1b[2J" not in text
    assert "\\x1b[2Jgone" in text
