"""What is known of each answer besides its scores, as arrays beside the scorecards.

In the object of a run (`scorecards`) these arrays stand, for c contenders and n entries; those of
which nothing is known are left out:

- `column.<name>`, float64 of shape (c, n), NaN where nothing is known: `confidence`, `latency_s`,
  `total_s`, `cost_usd`, `n_input`, `n_output`, `logprob`;
- `column.answered`, bool, and `column.n_attempts`, uint8, both (c, n);
- `column.meanings`, uint64 (c, n), of detections: equal for the same number of boxes of each class;
- `column.points`, float64 (2, c, n), of coordinates: x and y of the answer;
- `by.<dimension>`, int32 (n,): place of the entry's value in `values.<dimension>` (texts, sorted),
  -1 where it has none; dimensions are `section`, `split` and `metadata.<key>`;
- of detections `boxes.targets` and `boxes.answers.<position>`, float64 (m, 7) as
  `report.boxes.Boxes` describes, `boxes.labels` (texts), and `boxes.has_target`, bool (n,).

`meta.given_up` says in words, by dimension, why entries are not grouped by it; `meta.workers` what
the run's workers ran on, each once (`runoff_contracts.lineage.WorkerLineage`), sorted.
"""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.lineage import WorkerLineage
from runoff_objects.arrays import Array, Packed, Texts
from runoff_scoring.report.boxes import Boxes
from runoff_scoring.report.columns import Columns
from runoff_scoring.report.values import MAX_METADATA_KEYS, Values

_NUMBERS = ("confidence", "latency_s", "total_s", "cost_usd", "n_input", "n_output", "logprob")
_COLUMN, _BY, _VALUES = "column.", "by.", "values."


@dataclass(frozen=True)
class FlatBoxes:
    """The boxes of a run, as `report.boxes.Boxes` gives them."""

    targets: NDArray[np.float64]
    answers: list[NDArray[np.float64]]
    labels: Texts
    has_target: NDArray[np.bool_]


@dataclass(frozen=True)
class AnswerColumns:
    """Arrays as the module describes them."""

    numbers: dict[str, NDArray[np.float64]]
    answered: NDArray[np.bool_]
    n_attempts: NDArray[np.uint8]
    meanings: NDArray[np.uint64] | None = None
    points: NDArray[np.float64] | None = None
    by: dict[str, tuple[Texts, NDArray[np.int32]]] = field(default_factory=dict)
    given_up: dict[str, str] = field(default_factory=dict)
    boxes: FlatBoxes | None = None
    workers: list[WorkerLineage] = field(default_factory=list)

    @classmethod
    def of(cls, columns: Columns) -> Self:
        """What was gathered of all entries."""
        by: dict[str, tuple[Texts, NDArray[np.int32]]] = {}
        given_up: dict[str, str] = {}
        for name, values in _dimensions(columns):
            coded = values.codes()
            if values.given_up is not None:
                given_up[name] = values.given_up
            if coded is not None:
                by[name] = (Texts.of(coded[0]), coded[1])
        if columns.metadata.more_keys:
            given_up["metadata.…"] = f"more than {MAX_METADATA_KEYS} keys"
        numbers = {name: getattr(columns, name) for name in _NUMBERS}
        return cls(
            numbers={k: each for k, each in numbers.items() if not np.isnan(each).all()},
            answered=columns.answered,
            n_attempts=columns.n_attempts,
            meanings=columns.meanings,
            points=columns.points,
            by=by,
            given_up=given_up,
            boxes=None if columns.boxes is None else _flat(columns.boxes, len(columns.answered)),
            workers=[WorkerLineage.model_validate_json(e) for e in sorted(columns.environments)],
        )

    def take(self, places: NDArray[np.int32]) -> "AnswerColumns":
        """Of these entries alone; boxes are of all."""
        if len(places) == self.answered.shape[1]:
            return self
        return replace(
            self,
            numbers={name: each[:, places] for name, each in self.numbers.items()},
            answered=self.answered[:, places],
            n_attempts=self.n_attempts[:, places],
            meanings=None if self.meanings is None else self.meanings[:, places],
            points=None if self.points is None else self.points[:, :, places],
            by={name: (values, codes[places]) for name, (values, codes) in self.by.items()},
        )

    def arrays(self) -> dict[str, Array]:
        """As they are packed."""
        found: dict[str, Array] = {f"{_COLUMN}{k}": each for k, each in self.numbers.items()}
        found |= {f"{_COLUMN}{name}": getattr(self, name) for name in ("answered", "n_attempts")}
        for name in ("meanings", "points"):
            if getattr(self, name) is not None:
                found[f"{_COLUMN}{name}"] = getattr(self, name)
        for name, (values, codes) in self.by.items():
            found |= {f"{_BY}{name}": codes, **values.arrays(f"{_VALUES}{name}")}
        if self.boxes is not None:
            found |= {
                "boxes.targets": self.boxes.targets,
                **self.boxes.labels.arrays("boxes.labels"),
            }
            found["boxes.has_target"] = self.boxes.has_target
            found |= {f"boxes.answers.{k}": each for k, each in enumerate(self.boxes.answers)}
        return found

    @classmethod
    def unpacked(cls, packed: Packed) -> Self:
        """The columns whose arrays were packed.

        Raises:
            KeyError: When one of them is not there.
        """
        arrays = packed.arrays
        return cls(
            numbers={k: arrays[_COLUMN + k] for k in _NUMBERS if _COLUMN + k in arrays},
            answered=arrays[f"{_COLUMN}answered"],
            n_attempts=arrays[f"{_COLUMN}n_attempts"],
            meanings=arrays.get(f"{_COLUMN}meanings"),
            points=arrays.get(f"{_COLUMN}points"),
            by={
                name.removeprefix(_BY): (packed.texts(_VALUES + name.removeprefix(_BY)), codes)
                for name, codes in arrays.items()
                if name.startswith(_BY)
            },
            given_up=packed.meta["given_up"],
            boxes=_unpacked_boxes(packed) if "boxes.targets" in arrays else None,
            # An earlier release wrote none.
            workers=[WorkerLineage.model_validate(each) for each in packed.meta.get("workers", [])],
        )


def _dimensions(columns: Columns) -> list[tuple[str, Values]]:
    keys = [(f"metadata.{key}", values) for key, values in sorted(columns.metadata.keys.items())]
    return [("section", columns.section), ("split", columns.split), *keys]


def _flat(boxes: Boxes, n_contenders: int) -> FlatBoxes:
    answers = [boxes.answers(position) for position in range(n_contenders)]
    return FlatBoxes(boxes.targets, answers, Texts.of(boxes.labels), boxes.has_target)


def _unpacked_boxes(packed: Packed) -> FlatBoxes:
    arrays = packed.arrays
    n_contenders = sum(name.startswith("boxes.answers.") for name in arrays)
    answers = [arrays[f"boxes.answers.{position}"] for position in range(n_contenders)]
    labels, has_target = packed.texts("boxes.labels"), arrays["boxes.has_target"]
    return FlatBoxes(arrays["boxes.targets"], answers, labels, has_target)
