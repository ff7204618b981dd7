"""Puts the comparison document together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from runoff_contracts.compared import ComparedGroup, ComparedMetric, FamilyTested
from runoff_contracts.comparison import (
    ComparisonDocument,
    DatasetCompared,
    Pairing,
    PlanBound,
    canonical,
    digest_of,
)
from runoff_contracts.comparison_asked import ComparisonAsked
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.agreement import agreed_pairs, agreement_of, most_disputed
from runoff_scoring.comparing.asked import notes_on_asked
from runoff_scoring.comparing.described import bands, describe
from runoff_scoring.comparing.digest import scores_digest
from runoff_scoring.comparing.facts import compared_facts
from runoff_scoring.comparing.family import latency_family, outside_of_scores
from runoff_scoring.comparing.groups import DEFAULT, clusters_of, groups_of
from runoff_scoring.comparing.joined import Joined, join
from runoff_scoring.comparing.methods import methods_of
from runoff_scoring.comparing.metrics import RANKED, Metric, has_worst, shared_metrics
from runoff_scoring.comparing.ranked import Ranking, why_not
from runoff_scoring.comparing.table import table_bytes
from runoff_scoring.comparing.taken import ContenderTaken, RunTaken, named
from runoff_scoring.comparing.tested import Found, Pair, adjusted, find, pairs_of
from runoff_scoring.comparing.times import latency_pairs
from runoff_scoring.comparing.verdict import Case, verdict
from runoff_statistics import SignFlips


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


@dataclass(frozen=True)
class _Question:
    """What is compared, with every default filled in."""

    joined: Joined
    pairing: Pairing
    asked: ComparisonAsked
    baseline: int | None
    metrics: list[Metric]
    base: Metric
    """Whose scores say whether entries are scored, and how retries fared."""
    is_ranked: bool
    """Average precision of detections is among the metrics."""
    pairs: list[Pair]


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
    left_out: list[str] = []
    question = _question(asked, runs, left_out)
    joined, asked, pairs = question.joined, question.asked, question.pairs
    compared, groups, family = _tested(question, left_out)
    names = [each.name for each in joined.contenders]
    notes = [*question.pairing.notes, *notes_on_asked(names, compared, groups)]
    agreement = agreement_of(joined)
    n_disagree, disputed = most_disputed(joined, agreement)
    differing, same = compared_facts(joined.contenders, left_out)
    contenders = describe(joined, question.base)
    times = latency_pairs(joined.number("latency_s"), pairs, asked.confidence)
    times, family_of_times = latency_family(times, asked)
    outside = outside_of_scores(compared[0], contenders, asked, is_timed=bool(times))
    family = family.model_copy(update={"outside": outside})
    stopped = [each.stopped for each in runs if each.stopped is not None]
    table = table_bytes(joined, question.metrics, agreement, question.baseline)
    case = Case(
        names=names,
        metric=compared[0],
        family=family,
        confidence=asked.confidence,
        baseline=question.baseline,
        against_baseline=asked.family == "baseline",
        n_partial=sum(not each.is_whole for each in runs),
        plan=plan,
        stopped=stopped,
        n_runs=[len(each.members) for each in joined.contenders],
        counts_missing=asked.missing == "count_as_wrong" and has_worst(compared[0]),
    )
    document = ComparisonDocument(
        scores_digest=scores_digest(joined, asked, question.baseline, question.metrics, compared),
        verdict=verdict(case),
        task=joined.first.created.task,
        asked=asked,
        baseline=question.baseline,
        plan=plan,
        stopped=stopped,
        datasets=_datasets(joined),
        pairing=question.pairing.model_copy(update={"notes": notes}),
        contenders=contenders,
        metrics=compared,
        family=family,
        groups=groups,
        left_out=left_out,
        latency=times,
        latency_family=family_of_times,
        confidence_bands=bands(agreement.confidence_difference),
        differing=differing,
        same=same,
        agreement=agreed_pairs(joined, pairs),
        n_disagree=n_disagree,
        disagreeing=disputed,
        entries=digest_of(table),
    )
    return Compared(document, canonical(document), table)


def _question(asked: ComparisonAsked, runs: Sequence[RunTaken], left_out: list[str]) -> _Question:
    contenders = _contenders(asked, {each.run_id: each for each in runs})
    joined, pairing = join(contenders)
    notes = list(pairing.notes)
    metrics = shared_metrics(joined, asked, notes)
    is_ranked = _is_ranked(joined, asked, left_out)
    asked = _filled_in(asked, metrics, is_ranked=is_ranked)
    baseline = _baseline(asked)
    return _Question(
        joined=joined,
        pairing=_pairing(pairing, metrics[0], notes),
        asked=asked,
        baseline=baseline,
        metrics=[each for each in metrics if each.name in (asked.metrics or ())],
        base=metrics[0],
        is_ranked=is_ranked,
        pairs=pairs_of(len(contenders), asked, baseline),
    )


def _tested(
    question: _Question, left_out: list[str]
) -> tuple[list[ComparedMetric], list[ComparedGroup], FamilyTested]:
    """Every metric over all entries, and by group, as one family."""
    joined, asked, pairs = question.joined, question.asked, question.pairs
    clusters, flips = clusters_of(joined, asked.clusters), SignFlips(seed=asked.seed)
    methods = [
        methods_of(each, asked, clusters, flips, primary=each.name == (asked.metrics or [""])[0])
        for each in question.metrics
    ]
    overall = [find(each, pairs) for each in methods]
    ranking = Ranking(joined, asked, clusters) if question.is_ranked else None
    if ranking is not None:
        overall = _in_order([*overall, *ranking.find(pairs)], asked)
    groups = groups_of(joined, asked.by or (), left_out, n_cells=len(overall) * len(pairs))
    by_group = [[find(each, pairs, group.rows) for each in methods] for group in groups]
    if ranking is not None:
        ranked = ranking.find_groups(pairs, groups)
        by_group = [
            _in_order([*one, *other], asked) for one, other in zip(by_group, ranked, strict=True)
        ]
    return adjusted(overall, list(zip(groups, by_group, strict=True)), asked)


def _contenders(asked: ComparisonAsked, runs: dict[str, RunTaken]) -> list[ContenderTaken]:
    found = []
    for meant in asked.contenders:
        members = []
        for run_id, position in meant.places:
            run = runs[run_id]
            if position >= len(run.created.contenders):
                raise refusals.unknown_contender(run_id, position, len(run.created.contenders))
            members.append((run, run.created.contenders[position]))
        found.append(members)
    return named(found, [each.name for each in asked.contenders])


def _is_ranked(joined: Joined, asked: ComparisonAsked, left_out: list[str]) -> bool:
    """Whether average precision of detections is wanted, and there may be any.

    Raises:
        NotComparable: When it is asked for, and there is none.
    """
    meant = [each for each in asked.metrics or () if each in RANKED]
    if joined.first.created.task != "detection" or (asked.metrics is not None and not meant):
        return False
    reason = why_not(joined)
    if reason is not None and meant:
        raise refusals.no_ranking(meant[0], reason)
    if reason is not None:
        left_out.append(f"average precision: {reason}")
        return False
    return True


def _in_order(found: Sequence[Found], asked: ComparisonAsked) -> list[Found]:
    """The metrics that are asked for, as they are."""
    names = asked.metrics or []
    wanted = [each for each in found if each.shown.name in names]
    return sorted(wanted, key=lambda each: names.index(each.shown.name))


def _filled_in(
    asked: ComparisonAsked, metrics: Sequence[Metric], *, is_ranked: bool
) -> ComparisonAsked:
    """With every default, so that the document says what was chosen, and two ways to ask for the
    same thing give the same document.
    """
    names = [each.name for each in metrics]
    for name in asked.methods:
        if name not in names:
            raise refusals.unknown_metric(name, names)
    if asked.metrics is not None:
        names = list(dict.fromkeys(asked.metrics))
    elif is_ranked:
        names += RANKED
    if asked.margin is not None and asked.margin >= 1 and names[0] in RANKED:
        raise refusals.bad_margin(
            f"{names[0]} differs by 1 at most; two points of it are a margin of 0.02"
        )
    family = asked.family or ("all_pairs" if asked.baseline is None else "baseline")
    return asked.model_copy(
        update={
            "family": family,
            "metrics": names,
            "by": list(DEFAULT) if asked.by is None else list(dict.fromkeys(asked.by)),
        }
    )


def _baseline(asked: ComparisonAsked) -> int | None:
    if asked.baseline is None:
        return None
    places = [each.place for each in asked.contenders]
    if asked.baseline.place not in places:
        raise refusals.unknown_baseline(asked.baseline)
    return places.index(asked.baseline.place)


def _pairing(pairing: Pairing, primary: Metric, notes: list[str]) -> Pairing:
    scored = int((~np.isnan(primary.values)).all(axis=0).sum())
    return pairing.model_copy(update={"n_scored_by_all": scored, "notes": notes})


def _datasets(joined: Joined) -> list[DatasetCompared]:
    found: dict[tuple[str, str], DatasetCompared] = {}
    for each in joined.members:
        created = each.run.created
        found[created.dataset.digest, created.entries] = DatasetCompared(
            dataset=created.dataset.dataset,
            number=created.dataset.number,
            digest=created.dataset.digest,
            entries_digest=created.entries,
            n_entries=created.n_entries,
        )
    return list(found.values())
