"""A small comparison document through the contract's classes, for what reads one."""

from __future__ import annotations

from typing import Any

from runoff_contracts.compared import (
    AgreedPair,
    ComparedContender,
    ComparedGroup,
    ComparedMetric,
    ComparedPair,
    Estimate,
    FamilyTested,
    FieldCompared,
    Latency,
    MarginTested,
    Outcome,
    Spending,
    Winner,
)
from runoff_contracts.comparison import (
    ComparisonDocument,
    DatasetCompared,
    DisputedEntry,
    Pairing,
)
from runoff_contracts.comparison_asked import ComparisonAsked, ContenderMeant

RUNS = tuple(f"01931b{place:02x}-0000-7000-8000-000000000000" for place in range(1, 17))
SPENDING = Spending(
    n_metered=0,
    n_input_tokens=None,
    n_output_tokens=None,
    n_total_tokens=None,
    n_priced=0,
    cost_usd=None,
)


def a_digest(number: int) -> str:
    """A digest that says which one it is."""
    return f"sha256:{number:064x}"


def a_contender(place: int, model: str, **changes: Any) -> ComparedContender:
    """The only contender of its run."""
    fields: dict[str, Any] = {
        "run_id": RUNS[place],
        "position": 0,
        "model": model,
        "number": 1,
        "digest": a_digest(10 + place),
        "alias": None,
        "name": model,
        "n_asked": 1000,
        "n_answered": 1000,
        "n_failed": 0,
        "duration_s": 12.5,
        "model_time_s": 40.0,
        "latency": Latency(
            n=1000,
            mean_s=0.04,
            p50_s=0.035,
            p90_s=0.06,
            p95_s=0.08,
            p99_s=0.2,
            queue_mean_s=None,
            total_mean_s=None,
            histogram_edges_s=[0.01, 0.1, 1.0],
            histogram_counts=[980, 20],
        ),
        "spending": SPENDING,
        "logprob_mean": None,
        "confidence_mean": None,
        "confidence_bands": None,
        "retried": None,
        "approval": None,
    }
    return ComparedContender.model_validate(fields | changes)


def a_pair(a: int = 1, b: int = 0, **changes: Any) -> ComparedPair:
    """The second is the baseline; the first is better than it by two points and a half."""
    fields: dict[str, Any] = {
        "a": a,
        "b": b,
        "n_both": 1000,
        "n_missing": 0,
        "both_right": 910,
        "only_a_right": 45,
        "only_b_right": 20,
        "both_wrong": 25,
        "n_disagree": 65,
        "difference": 0.025,
        "interval": (0.009, 0.041),
        "p_value": 0.0026,
        "p_adjusted": 0.0052,
        "effect": 0.38,
        "detectable": 0.0226,
        "outcome": "a_better",
    }
    return ComparedPair.model_validate(fields | changes)


def a_margin(*, equivalent: bool | None, not_inferior: bool | None) -> MarginTested:
    """A margin of two points."""
    return MarginTested(
        margin=0.02,
        equivalent=equivalent,
        not_inferior=not_inferior,
        interval=(-0.01, 0.015),
        equivalence_p=0.01,
        non_inferiority_p=0.001,
        method="two one-sided tests",
    )


def a_metric(
    name: str = "accuracy",
    values: tuple[float | None, ...] = (0.93, 0.955),
    pairs: list[ComparedPair] | None = None,
    **changes: Any,
) -> ComparedMetric:
    """A metric that passes or fails, over a thousand entries."""
    best = max(range(len(values)), key=lambda place: values[place] or 0.0)
    fields: dict[str, Any] = {
        "name": name,
        "scorer": f"{name}@1",
        "kind": "pass_fail",
        "higher_is_better": True,
        "test": "exact McNemar",
        "interval_method": "Tango",
        "effect": "odds ratio, logarithm",
        "why": "Scores pass or fail.",
        "estimates": [
            Estimate(
                n=0 if value is None else 1000,
                n_correct=None if value is None else round(1000 * value),
                value=value,
                interval=None if value is None else (value - 0.015, value + 0.015),
                reason="nothing is scored" if value is None else None,
            )
            for value in values
        ],
        "winner": Winner(contenders=[best], certainty="separable"),
        "pairs": [a_pair()] if pairs is None else pairs,
    }
    return ComparedMetric.model_validate(fields | changes)


def a_document(*models: str, outcome: Outcome = "a_better", **changes: Any) -> ComparisonDocument:
    """Two contenders, each of a run of its own, the first of them the baseline.

    Args:
        models: More or other ones; what pairs and metrics say has to be given with them.
    """
    named = models or ("onnx/small", "onnx/large")
    meant = [ContenderMeant(run_id=RUNS[place], position=0) for place in range(len(named))]
    section = a_metric(values=(0.9, 0.94), pairs=[a_pair(n_both=400, outcome="not_separable")])
    fields: dict[str, Any] = {
        "scores_digest": a_digest(30),
        "verdict": "onnx/large is better than onnx/small: +2.5 points of accuracy.",
        "task": "classification",
        "asked": ComparisonAsked(contenders=meant, baseline=meant[0], family="baseline"),
        "baseline": 0,
        "datasets": [
            DatasetCompared(
                dataset="photos",
                number=1,
                digest=a_digest(1),
                entries_digest=a_digest(2),
                n_entries=1000,
            )
        ],
        "pairing": Pairing(
            same_entries=True,
            n_union=1000,
            n_shared=1000,
            coverage=[1.0] * len(named),
            n_scored_by_all=1000,
        ),
        "contenders": [a_contender(place, model) for place, model in enumerate(named)],
        "metrics": [a_metric(pairs=[a_pair(outcome=outcome)])],
        "family": FamilyTested(
            name="accuracy x 1 pair x all entries and 1 section",
            n_tests=2,
            adjust="holm",
            alpha=0.05,
        ),
        "groups": [ComparedGroup(by="section", value="night", n_entries=400, metrics=[section])],
        "latency": [],
        "confidence_bands": None,
        "differing": [FieldCompared(name="params.lr", values=["0.1", "0.001"])],
        "same": {"config.batch_size": 32},
        "agreement": [AgreedPair(a=1, b=0, n_both=1000, n_disagree=65, kappa=0.8)],
        "n_disagree": 65,
        "disagreeing": [
            DisputedEntry(
                entry_id="e-7",
                index=7,
                target="cat",
                answers=["dog", "cat"],
                difference=1.0,
                confidence_difference=0.2,
            )
        ],
        "entries": a_digest(3),
    }
    return ComparisonDocument.model_validate(fields | changes)
