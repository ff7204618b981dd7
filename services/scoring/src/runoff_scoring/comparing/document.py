"""Puts the comparison document together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runoff_contracts.comparison import (
    ComparisonDocument,
    DatasetCompared,
    Pairing,
    PlanBound,
    canonical,
    digest_of,
)
from runoff_contracts.comparison_asked import ComparisonAsked, ContenderMeant
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.agreement import agreed_pairs, agreement_of, most_disputed
from runoff_scoring.comparing.described import bands, describe
from runoff_scoring.comparing.digest import scores_digest
from runoff_scoring.comparing.facts import compared_facts
from runoff_scoring.comparing.groups import DEFAULT, clusters_of, groups_of
from runoff_scoring.comparing.joined import Joined, join
from runoff_scoring.comparing.methods import methods_of
from runoff_scoring.comparing.metrics import Metric, shared_metrics
from runoff_scoring.comparing.table import table_bytes
from runoff_scoring.comparing.taken import ContenderTaken, RunTaken, named
from runoff_scoring.comparing.tested import adjusted, find, pairs_of
from runoff_scoring.comparing.times import latency_pairs
from runoff_scoring.comparing.verdict import Case, verdict


@dataclass(frozen=True)
class Compared:
    """What is stored."""

    document: ComparisonDocument
    content: bytes
    """Of the document: its canonical bytes."""
    table: bytes
    """Of entries, as `table` describes."""

    @property
    def digest(self) -> str:
        """Of the document."""
        return digest_of(self.content)


def make_comparison(
    asked: ComparisonAsked, runs: Sequence[RunTaken], plan: PlanBound | None = None
) -> Compared:
    """Everything that is said of how contenders differ; the same runs give the same bytes.

    Args:
        runs: Each run that is asked for, once.
        plan: That the comparison is bound to.

    Raises:
        NotComparable: When no honest comparison can be made.
    """
    contenders = _contenders(asked, {each.run_id: each for each in runs})
    joined, pairing = join(contenders)
    notes, left_out = list(pairing.notes), list[str]()
    metrics = shared_metrics(joined, asked, notes)
    asked = _filled_in(asked, metrics)
    baseline = _baseline(asked)
    pairs = pairs_of(len(contenders), asked, baseline)
    clusters = clusters_of(joined, asked.clusters)
    methods = [
        methods_of(each, asked, clusters, primary=place == 0) for place, each in enumerate(metrics)
    ]
    groups = groups_of(joined, asked.by or (), left_out, n_cells=len(metrics) * len(pairs))
    compared, in_groups, family = adjusted(
        [find(each, pairs) for each in methods],
        [(group, [find(each, pairs, group.rows) for each in methods]) for group in groups],
        asked,
        [each.name for each in metrics],
    )
    agreement = agreement_of(joined)
    n_disagree, disputed = most_disputed(joined, agreement)
    differing, same = compared_facts(contenders, left_out)
    table = table_bytes(joined, metrics, agreement, baseline)
    document = ComparisonDocument(
        scores_digest=scores_digest(joined, asked, baseline, metrics, compared),
        verdict=verdict(
            Case(
                names=[each.name for each in contenders],
                metric=compared[0],
                family=family,
                confidence=asked.confidence,
                baseline=baseline,
                against_baseline=asked.family == "baseline",
                n_partial=sum(not each.is_whole for each in runs),
                plan=plan,
            )
        ),
        task=joined.first.created.task,
        asked=asked,
        baseline=baseline,
        plan=plan,
        datasets=_datasets(joined),
        pairing=_pairing(pairing, metrics[0], notes),
        contenders=describe(joined, metrics[0]),
        metrics=compared,
        family=family,
        groups=in_groups,
        left_out=left_out,
        latency=latency_pairs(joined.number("latency_s"), pairs, asked.confidence),
        confidence_bands=bands(agreement.confidence_difference),
        differing=differing,
        same=same,
        agreement=agreed_pairs(joined, pairs),
        n_disagree=n_disagree,
        disagreeing=disputed,
        entries=digest_of(table),
    )
    return Compared(document, canonical(document), table)


def _contenders(asked: ComparisonAsked, runs: dict[str, RunTaken]) -> list[ContenderTaken]:
    found = []
    for meant in asked.contenders:
        run = runs[meant.run_id]
        if meant.position >= len(run.created.contenders):
            raise refusals.unknown_contender(meant, len(run.created.contenders))
        found.append((run, run.created.contenders[meant.position]))
    return named(found)


def _filled_in(asked: ComparisonAsked, metrics: Sequence[Metric]) -> ComparisonAsked:
    """With every default, so that the document says what was chosen, and two ways to ask for the
    same thing give the same document.
    """
    for name in asked.methods:
        if name not in [each.name for each in metrics]:
            raise refusals.unknown_metric(name, [each.name for each in metrics])
    family = asked.family or ("all_pairs" if asked.baseline is None else "baseline")
    return asked.model_copy(
        update={
            "family": family,
            "metrics": [each.name for each in metrics],
            "by": list(DEFAULT) if asked.by is None else list(dict.fromkeys(asked.by)),
        }
    )


def _baseline(asked: ComparisonAsked) -> int | None:
    if asked.baseline is None:
        return None
    meant = ContenderMeant(run_id=asked.baseline.run_id, position=asked.baseline.position)
    if meant not in asked.contenders:
        raise refusals.unknown_baseline(asked.baseline)
    return asked.contenders.index(meant)


def _pairing(pairing: Pairing, primary: Metric, notes: list[str]) -> Pairing:
    scored = int((~np.isnan(primary.values)).all(axis=0).sum())
    return pairing.model_copy(update={"n_scored_by_all": scored, "notes": notes})


def _datasets(joined: Joined) -> list[DatasetCompared]:
    found: dict[tuple[str, str], DatasetCompared] = {}
    for each in joined.contenders:
        created = each.run.created
        found[created.dataset.digest, created.entries] = DatasetCompared(
            dataset=created.dataset.dataset,
            number=created.dataset.number,
            digest=created.dataset.digest,
            entries_digest=created.entries,
            n_entries=created.n_entries,
        )
    return list(found.values())
