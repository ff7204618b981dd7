"""A completed run as the arrays that its report is computed from."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.events.lifecycle import RunCreated
from runoff_contracts.report import JudgeReport
from runoff_contracts.scorers import is_pass_fail
from runoff_scoring.report.columns import Columns
from runoff_scoring.report.unscored import Unscored
from runoff_scoring.scorecards import Scorecards

Places = NDArray[np.intp]
"""Indices of entries."""


@dataclass(frozen=True)
class Evidence:
    """Everything known of one run."""

    created: RunCreated
    cards: Scorecards
    columns: Columns
    unscored: Unscored = field(default_factory=Unscored)
    judges: list[JudgeReport] | None = None

    @property
    def n_contenders(self) -> int:
        """Of the run."""
        return len(self.created.contenders)

    @cached_property
    def everything(self) -> Places:
        """All entries."""
        return np.arange(self.cards.n_entries, dtype=np.intp)

    @cached_property
    def primary(self) -> str | None:
        """The first scorer that passes or fails: what confidences are held against."""
        passing = (
            each.name for each in self.created.scorers if is_pass_fail(each.name, each.params)
        )
        return next(passing, None)

    @cached_property
    def labels(self) -> list[str]:
        """Of classification: every label that is a target or was answered, sorted."""
        wanted = {target for target in self._target_labels if target is not None}
        return sorted(wanted | set(self.cards.labels))

    @cached_property
    def targets(self) -> NDArray[np.int64]:
        """Of classification: place of the target in `labels`, -1 where there is none."""
        places = {label: place for place, label in enumerate(self.labels)}
        by_code = np.array(
            [-1 if label is None else places[label] for label in self._target_labels],
            dtype=np.int64,
        )
        return by_code[self.cards.target_codes]

    @cached_property
    def answers(self) -> NDArray[np.int64]:
        """Of classification: place of the answer in `labels`, -1 where there is none."""
        places = {label: place for place, label in enumerate(self.labels)}
        by_code = np.array([*(places[label] for label in self.cards.labels), -1], dtype=np.int64)
        return by_code[self.cards.answers]

    @cached_property
    def _target_labels(self) -> list[str | None]:
        """Of the different targets."""
        targets = map(self.cards.target_of, range(len(self.cards.targets)))
        return [target if isinstance(target, str) else None for target in targets]
