"""The groups of entries that metrics are given for besides all entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from runoff_scoring.report.evidence import Evidence, Places
from runoff_scoring.report.values import MAX_METADATA_KEYS, Values

MAX_CLASSES = 2000
MAX_GROUPS_AND_CONTENDERS = 8000
"""Groups times contenders: what a page can still show, and 25 MB of JSON."""


@dataclass(frozen=True)
class Dimension:
    """One way to part the entries."""

    by: Literal["split", "section", "class", "metadata"]
    groups: dict[str, Places]
    """Value, and the entries that have it."""
    key: str | None = None
    left_out: str | None = None
    """In words, why there are no groups."""

    @property
    def words(self) -> str:
        """As people name it."""
        return self.by if self.key is None else f"metadata {self.key}"


def dimensions(evidence: Evidence) -> Iterator[Dimension]:
    """Every dimension in which entries have values, in a fixed order."""
    n_left = MAX_GROUPS_AND_CONTENDERS // evidence.n_contenders
    for dimension in _all(evidence):
        if dimension.left_out is not None:
            yield dimension
        elif len(dimension.groups) > n_left:
            reason = f"{len(dimension.groups)} values, and this report has room for {n_left} more"
            yield Dimension(dimension.by, {}, dimension.key, reason)
        elif dimension.groups:
            n_left -= len(dimension.groups)
            yield dimension


def _all(evidence: Evidence) -> Iterator[Dimension]:
    columns = evidence.columns
    yield Dimension("split", dict(columns.split.groups()), None, columns.split.given_up)
    yield Dimension("section", dict(columns.section.groups()), None, columns.section.given_up)
    yield _classes(evidence)
    for key, values in sorted(columns.metadata.keys.items()):
        yield _metadata(key, values)
    if columns.metadata.more_keys:
        yield Dimension("metadata", {}, "…", f"more than {MAX_METADATA_KEYS} keys")


def _metadata(key: str, values: Values) -> Dimension:
    return Dimension("metadata", dict(values.groups()), key, values.given_up)


def _classes(evidence: Evidence) -> Dimension:
    """Classification: entries by target; labels that were answered only have no entries."""
    if evidence.created.task == "detection":
        return _detected_classes(evidence)
    if evidence.created.task != "classification":
        return Dimension("class", {})
    labels = evidence.labels
    if len(labels) > MAX_CLASSES:
        return Dimension("class", {}, None, f"more than {MAX_CLASSES} values")
    order = np.argsort(evidence.targets, kind="stable")
    bounds = np.searchsorted(evidence.targets[order], np.arange(len(labels) + 1))
    return Dimension(
        "class",
        {label: order[bounds[k] : bounds[k + 1]] for k, label in enumerate(labels)},
    )


def _detected_classes(evidence: Evidence) -> Dimension:
    """Detection: the images that hold a target box of the class, so an image may count twice."""
    boxes = evidence.columns.boxes
    if boxes is None:
        return Dimension("class", {})
    targets = boxes.targets
    codes = np.unique(targets[:, 1]).astype(int).tolist()
    if len(codes) > MAX_CLASSES:
        return Dimension("class", {}, None, f"more than {MAX_CLASSES} values")
    order = np.argsort(targets[:, 1], kind="stable")
    images, sorted_codes = targets[order, 0].astype(np.intp), targets[order, 1]
    groups = {
        boxes.labels[code]: np.unique(
            images[
                np.searchsorted(sorted_codes, code) : np.searchsorted(sorted_codes, code, "right")
            ]
        )
        for code in codes
    }
    return Dimension("class", groups)
