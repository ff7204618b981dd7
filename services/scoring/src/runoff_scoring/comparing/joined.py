"""Contenders of one run or several, entry by entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.answers import Target
from runoff_contracts.comparison import Pairing
from runoff_contracts.scorers import WithinParams
from runoff_objects.arrays import Texts
from runoff_scoring.comparing import refusals
from runoff_scoring.comparing.shared_ids import shared_rows
from runoff_scoring.comparing.taken import ContenderTaken, RunTaken
from runoff_scoring.difference import WITHIN_PX

Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Joined:
    """The compared entries, in the order of the first contender's run.

    Arrays are of shape (c, n) for c contenders and n compared entries, or (n,); those of single
    runs, where contenders are pooled of several, of shape (m, n) for m members in all.
    """

    contenders: list[ContenderTaken]
    rows: dict[str, Rows | None]
    """By run: where the compared entries stand in its record; None where that is all of it."""
    n_union: int
    coverage: list[float]
    notes: list[str]

    @cached_property
    def first(self) -> RunTaken:
        """The run whose order, sections and targets are taken."""
        return self.contenders[0].run

    @cached_property
    def n_entries(self) -> int:
        """Compared entries."""
        rows = self.rows[self.first.run_id]
        return self.first.record.cards.n_entries if rows is None else len(rows)

    @cached_property
    def members(self) -> list[ContenderTaken]:
        """Every contender of every run, in the order of those that they are pooled into."""
        return [member for each in self.contenders for member in each.members]

    @cached_property
    def is_pooled(self) -> bool:
        """Whether any contender is of several runs."""
        return len(self.members) > len(self.contenders)

    def by_contender(self, of_members: NDArray[np.generic]) -> list[NDArray[np.generic]]:
        """The members' rows of each contender, from an array of shape (m, n)."""
        ends = np.cumsum([len(each.members) for each in self.contenders])
        return np.split(of_members, ends[:-1])

    def pooled(self, of_members: NDArray[np.float64]) -> NDArray[np.float64]:
        """Means over each contender's runs, of those that are known, from shape (m, n)."""
        if not self.is_pooled:
            return of_members
        found = []
        for rows in self.by_contender(of_members):
            known = ~np.isnan(rows)
            n_known = known.sum(axis=0)
            sums = np.where(known, rows, 0.0).sum(axis=0)
            found.append(np.where(n_known > 0, sums / np.maximum(n_known, 1), np.nan))
        return np.stack(found).astype(np.float64)

    @cached_property
    def one_run(self) -> bool:
        """Whether all contenders are of one run."""
        return len(self.rows) == 1

    def of(self, contender: ContenderTaken, array: NDArray[np.generic]) -> NDArray[np.generic]:
        """A contender's row of an array (contenders of the run, its entries), joined."""
        return self.of_entries(contender.run, array[contender.position])

    def of_entries(self, run: RunTaken, array: NDArray[np.generic]) -> NDArray[np.generic]:
        """An array by a run's entries, joined."""
        rows = self.rows[run.run_id]
        return array if rows is None else array[rows]

    def scores(self, scorer: str) -> NDArray[np.float64]:
        """Scores of members, shape (m, n), NaN where there is none; infinite ones are none."""
        found = np.stack(
            [self.of(each, each.run.record.cards.scores[scorer]) for each in self.members]
        ).astype(np.float64)
        found[~(np.abs(found) <= _LARGEST)] = np.nan
        return found

    def number(self, name: str) -> NDArray[np.float64] | None:
        """A column of numbers; None where no contender has any."""
        columns = [each.run.record.columns.numbers.get(name) for each in self.members]
        if all(each is None for each in columns):
            return None
        nothing = np.full(self.n_entries, np.nan)
        found = np.stack(
            [
                nothing if column is None else self.of(each, column)
                for each, column in zip(self.members, columns, strict=True)
            ]
        )
        return self.pooled(found.astype(np.float64))

    @cached_property
    def members_answered(self) -> NDArray[np.bool_]:
        """Which member answered what, shape (m, n)."""
        columns = [self.of(each, each.run.record.columns.answered) for each in self.members]
        return np.stack(columns).astype(np.bool_)

    @cached_property
    def answered(self) -> NDArray[np.bool_]:
        """Who answered what, in one run at least."""
        if not self.is_pooled:
            return self.members_answered
        return np.stack([rows.any(axis=0) for rows in self.by_contender(self.members_answered)])

    @cached_property
    def index(self) -> NDArray[np.int32]:
        """Place of each entry in each contender's run."""
        return np.stack(
            [self.of_entries(each.run, each.run.record.cards.places) for each in self.contenders]
        ).astype(np.int32)

    @cached_property
    def entry_ids(self) -> Texts:
        """Of the compared entries."""
        ids, rows = self.first.record.cards.entry_ids, self.rows[self.first.run_id]
        return ids if rows is None else ids.take(rows)

    @cached_property
    def same(self) -> NDArray[np.int64]:
        """Equal for contenders of an entry whose answers match as the task says; -1 for none.

        Of a contender of several runs it is the first one's answers.
        """
        if self.one_run:
            groups = self.first.record.cards.groups
            found = np.stack([self.of(each, groups) for each in self.contenders]).astype(np.int64)
        elif self.first.record.columns.points is not None:
            found = _close(self._points(), _within_px(self.contenders))
        else:
            found = self._meanings()
        return np.where(self._of_firsts(self.members_answered), found, -1)

    @cached_property
    def all_labels(self) -> Sequence[str]:
        """Words of answers in all runs, each once, sorted."""
        if self.one_run:
            return self.first.record.cards.labels
        return sorted(set().union(*(each.run.record.cards.labels for each in self.members)))

    @cached_property
    def labels(self) -> NDArray[np.int64]:
        """Place of each answer's words in `all_labels`, -1 for none; of the first run of each."""
        return self._of_firsts(self.members_labels).astype(np.int64)

    @cached_property
    def members_labels(self) -> NDArray[np.int64]:
        """The same of every member, shape (m, n)."""
        answers = [self.of(each, each.run.record.cards.answers) for each in self.members]
        if self.one_run:
            return np.stack(answers).astype(np.int64)
        places = {label: place for place, label in enumerate(self.all_labels)}
        by_run: dict[str, NDArray[np.int64]] = {}
        for each in self.members:
            if each.run.run_id not in by_run:
                found = [places[label] for label in each.run.record.cards.labels]
                by_run[each.run.run_id] = np.array([*found, -1], dtype=np.int64)
        return np.stack(
            [
                by_run[each.run.run_id][codes]
                for each, codes in zip(self.members, answers, strict=True)
            ]
        )

    def row(self, run: RunTaken, index: int) -> int:
        """Where a compared entry stands in the record of a run."""
        rows = self.rows[run.run_id]
        return index if rows is None else int(rows[index])

    def words(self, place: int, index: int) -> str | None:
        """What a contender answered for a compared entry."""
        taken = self.contenders[place]
        return taken.run.record.cards.label(taken.position, self.row(taken.run, index))

    def target(self, index: int) -> Target:
        """What was wanted of a compared entry."""
        return self.first.record.cards.target(self.row(self.first, index))

    def _of_firsts(self, of_members: NDArray[np.generic]) -> NDArray[np.generic]:
        """Those of each contender's first run."""
        if not self.is_pooled:
            return of_members
        return np.stack([rows[0] for rows in self.by_contender(of_members)])

    def _meanings(self) -> NDArray[np.int64]:
        found = []
        for each in self.contenders:
            record = each.run.record
            if record.columns.meanings is not None:
                said = self.of(each, record.columns.meanings)
            else:
                codes = self.of(each, record.cards.answers)
                said = np.append(record.cards.meanings, np.uint64(0))[codes]
            found.append(said.astype(np.uint64).view(np.int64) & np.int64(2**63 - 1))
        return np.stack(found)

    def _points(self) -> NDArray[np.float64]:
        """Shape (2, c, n)."""
        found = []
        for each in self.contenders:
            points = each.run.record.columns.points
            assert points is not None, "all runs have one task"
            found.append(np.stack([self.of(each, points[axis]) for axis in range(2)]))
        return np.stack(found, axis=1).astype(np.float64)


_LARGEST = 1e100
"""Sums of squares of larger scores are no numbers any more."""


def join(contenders: list[ContenderTaken]) -> tuple[Joined, Pairing]:
    """Pair the contenders' entries, the contract first.

    Entries that runs share by id are taken for the same where their targets are. Runs over one
    entry set, by digest, need no look at ids.

    Raises:
        NotComparable: When tasks differ, or no entry is shared.
    """
    runs = list({one.run.run_id: one.run for each in contenders for one in each.members}.values())
    tasks = sorted({each.created.task for each in runs})
    if len(tasks) > 1:
        raise refusals.different_tasks([str(each) for each in tasks])
    # Runs that were stopped have the beginning of one order, each so much of it.
    asked = {(each.created.entries, each.created.n_entries) for each in runs}
    same_entries = len(asked) == 1
    notes = _partial(runs) + ([] if same_entries else _datasets(runs)) + _pooled(contenders)
    if len(runs) == 1 or (same_entries and all(each.is_whole for each in runs)):
        rows: dict[str, Rows | None] = dict.fromkeys((each.run_id for each in runs), None)
        n_union = runs[0].record.cards.n_entries
    else:
        rows, n_union = _shared(runs, notes)
    joined = Joined(
        contenders=contenders,
        rows=rows,
        n_union=n_union,
        coverage=[
            min(one.run.record.cards.n_entries for one in each.members) / n_union
            if n_union
            else 0.0
            for each in contenders
        ],
        notes=notes,
    )
    if not joined.n_entries:
        raise refusals.no_shared_entries()
    pairing = Pairing(
        same_entries=same_entries,
        n_union=n_union,
        n_shared=joined.n_entries,
        coverage=joined.coverage,
        n_scored_by_all=0,
        notes=notes,
    )
    return joined, pairing


def _shared(runs: Sequence[RunTaken], notes: list[str]) -> tuple[dict[str, Rows | None], int]:
    """Rows of the entries that all runs have, in the order of the first, and how many any has."""
    rows, n_union = shared_rows([each.record.cards.entry_ids for each in runs])
    codes: dict[str, int] = {}
    targets = []
    for run, places in zip(runs, rows, strict=True):
        cards = run.record.cards
        by_code = [codes.setdefault(each, len(codes)) for each in cards.targets]
        targets.append(np.array(by_code, dtype=np.int64)[cards.target_codes[places]])
    alike = np.ones(len(rows[0]), dtype=bool)
    for run, each in zip(runs[1:], targets[1:], strict=True):
        other = each != targets[0]
        if other.any():
            notes.append(
                f"{int(other.sum())} entries have another target in run {run.run_id} than in "
                f"run {runs[0].run_id}, and are left out"
            )
        alike &= ~other
    return {run.run_id: each[alike] for run, each in zip(runs, rows, strict=True)}, n_union


def _partial(runs: Sequence[RunTaken]) -> list[str]:
    return [
        f"run {each.run_id} is {each.status}: {each.record.cards.n_entries} of its "
        f"{each.created.n_entries} entries are scored, and these are compared"
        for each in runs
        if not each.is_whole
    ]


def _pooled(contenders: Sequence[ContenderTaken]) -> list[str]:
    several = [each for each in contenders if each.repeats]
    if not several:
        return []
    return [
        *(f"{each.name} is pooled of {len(each.members)} runs" for each in several),
        "of what is pooled, an entry's score, time, tokens and cost are means over its runs; "
        "answers and agreement are those of the first",
        "intervals and tests are of entries: they say how these runs would do on others, and not "
        "how further runs would; how far the runs lie apart stands with each contender",
    ]


def _datasets(runs: Sequence[RunTaken]) -> list[str]:
    used = [each.created.dataset for each in runs]
    if len({each.dataset for each in used}) > 1:
        names = " and ".join(dict.fromkeys(each.dataset for each in used))
        return [f"the runs are over {names}: entries with one id are taken for the same"]
    if len({each.digest for each in used}) > 1:
        numbers = ", ".join(str(each) for each in sorted({each.number for each in used}))
        return [
            f"the runs are over versions {numbers} of {used[0].dataset}: entries with one id are "
            f"taken for the same"
        ]
    return ["the runs are over different parts of one dataset version"]


def _within_px(contenders: Sequence[ContenderTaken]) -> float:
    """Points that the first run takes for right are close enough to be one answer."""
    for used in contenders[0].run.created.scorers:
        if used.name == "within":
            return WithinParams.model_validate(used.params).px
    return WITHIN_PX


def _close(points: NDArray[np.float64], within_px: float) -> NDArray[np.int64]:
    """Equal for points that are linked by steps of `within_px`, of shape (c, n)."""
    n_contenders = points.shape[1]
    found = np.repeat(np.arange(n_contenders)[:, None], points.shape[2], axis=1)
    for a in range(n_contenders):
        for b in range(a + 1, n_contenders):
            near = np.hypot(*(points[:, a] - points[:, b])) <= within_px
            moved = (found == found[b]) & near
            found = np.where(moved, found[a], found)
    return found
