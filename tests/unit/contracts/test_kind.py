"""The kind that a run is of."""

from __future__ import annotations

from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.kind import KINDS, kind_of


def test_a_run_is_of_one_kind_by_what_it_asks_whom() -> None:
    """Answers that were taken over say more than whose they are."""
    kinds = [
        kind_of(a_run(models, what))
        for models, what in (
            (["onnx/a", "upload/b"], None),
            (["upload/b"], "all"),
            (["onnx/a"], "answered"),
            (["upload/a", "upload/b"], None),
        )
    ]

    assert kinds == list(KINDS)


def a_run(models: list[str], what: str | None) -> RunCreated:
    run_id, digest = "00000000-0000-7000-8000-000000000000", f"sha256:{0:064}"
    return RunCreated.model_validate(
        {
            "run_id": run_id,
            "command_id": "c",
            "task": "text",
            "dataset": {"dataset": "d", "number": 1, "digest": digest},
            "entries": digest,
            "n_entries": 1,
            "contenders": [
                {"position": place, "model": model, "digest": digest}
                for place, model in enumerate(models)
            ],
            "scorers": [],
            "config": {},
            "priority": "normal",
            "answers_from": what and {"run_id": run_id, "what": what},
            "created_at": "2026-11-21T12:00:00Z",
        }
    )
