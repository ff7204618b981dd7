"""How far the judges of a run agree with themselves, and what they cost.

Sums are exact, whatever the order in which slices come: the same log gives the same bytes.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from runoff_contracts.events.entry import EntryProcessed, Judgement
from runoff_contracts.events.lifecycle import JudgeUsed, RunCreated
from runoff_contracts.report import JudgeReport
from runoff_contracts.scorers import JudgeParams, judging_params
from runoff_scoring.judge.tally import agreement, n_place_bound, outcomes
from runoff_scoring.report.parts import EntryPart


@dataclass
class _Tally:
    """Of one judge."""

    highest: int
    agreements: list[float] = field(default_factory=list)
    costs_usd: list[float] = field(default_factory=list)
    n_verdicts: int = 0
    n_failed: int = 0
    n_bound: int = 0
    n_swapped: int = 0
    n_cost_unknown: int = 0
    n_input: int = 0
    n_output: int = 0

    def add(self, judgement: Judgement) -> None:
        """Count what was said of one entry."""
        repeats: dict[tuple[int, ...], list[float]] = {}
        for each in judgement.points:
            if each.points is not None:
                shares = repeats.setdefault(tuple(each.contenders), [])
                shares.append(each.points / self.highest)
        found = [agreement(each) for each in (*repeats.values(), *outcomes(judgement).values())]
        self.agreements += [each for each in found if each is not None]
        n_bound, n_swapped = n_place_bound(judgement)
        self.n_bound += n_bound
        self.n_swapped += n_swapped
        self.n_failed += sum(each.points is None for each in judgement.points)
        self.n_failed += sum(each.better is None for each in judgement.pairs)
        for verdict in judgement.verdicts:
            if not verdict.attempts:
                continue  # of equal answers, about which nobody was asked
            self.n_verdicts += 1
            if verdict.cost_usd is not None:
                self.costs_usd.append(verdict.cost_usd)
            elif not verdict.cached:
                self.n_cost_unknown += 1
            if verdict.usage is not None:
                self.n_input += verdict.usage.n_input
                self.n_output += verdict.usage.n_output

    def report(self, used: JudgeUsed) -> JudgeReport:
        """All of it."""
        n = len(self.agreements)
        return JudgeReport(
            scorer=used.scorer,
            model=used.model,
            n_verdicts=self.n_verdicts,
            n_failed=self.n_failed,
            n_repeated=n,
            agreement=math.fsum(self.agreements) / n if n else None,
            n_swapped=self.n_swapped,
            place_bound=self.n_bound / self.n_swapped if self.n_swapped else None,
            cost_usd=math.fsum(self.costs_usd) if self.costs_usd else None,
            n_cost_unknown=self.n_cost_unknown,
            n_input_tokens=self.n_input,
            n_output_tokens=self.n_output,
        )


class Judges:
    """Filled with one part of a run's processed entries after another, in any order."""

    def __init__(self, created: RunCreated) -> None:
        self._used: Sequence[JudgeUsed] = created.judges or ()
        params = {each.name: each.params for each in created.scorers}
        self._tallies: dict[str, _Tally] = {}
        for each in self._used:
            read = judging_params(each.scorer, params[each.scorer])
            highest = read.highest if isinstance(read, JudgeParams) else 1
            self._tallies[each.scorer] = _Tally(highest)

    def add(self, entries: Iterable[EntryPart | EntryProcessed]) -> None:
        """Count what was said of these entries."""
        if not self._tallies:
            return
        for entry in entries:
            for judgement in entry.judgements or ():
                if tally := self._tallies.get(judgement.scorer):
                    tally.add(judgement)

    def reports(self) -> list[JudgeReport] | None:
        """One a judge; none where the run has none."""
        return [self._tallies[each.scorer].report(each) for each in self._used] or None
