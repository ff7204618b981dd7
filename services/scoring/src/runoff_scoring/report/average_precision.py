"""Average precision of detections, by COCO's rules: hotcoco does the work.

Over images with a known target and an answer, all box sizes, the 100 surest boxes of each class
and image. `map_50` asks for half of intersection over union, `map_50_95` is the mean over
thresholds from 0.5 to 0.95. Decision page 0013 says why it is this library.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hotcoco import COCOeval, Params, StreamingEval
from numpy.typing import NDArray

from runoff_contracts.report import Metric
from runoff_scoring.report.boxes import Boxes
from runoff_scoring.report.evidence import Evidence, Places

MAX_CLASSES = 2000
"""A class takes 16 kB of curves, whether it is rare or not."""
_IMAGES_AT_ONCE = 2000
_OVERALL = "_overall"


@dataclass(frozen=True)
class AveragePrecision:
    """Of one contender; where nothing can be said, `reason` says why, and the rest is empty."""

    contender: int
    n_images: int
    evaluation: COCOeval | None
    classes: Mapping[str, tuple[float, float]]
    """By label: at 0.5, and from 0.5 to 0.95. Labels of targets alone."""
    reason: str | None = None

    def overall(self) -> list[Metric]:
        """The means over classes."""
        values = list(self.classes.values())
        half, range_ = np.mean(values, axis=0).tolist() if values else (None, None)
        return self._metrics(half, range_, self.n_images, self.reason or "no target box", "map")

    def of_groups(self, groups: Mapping[str, Places]) -> dict[str, list[Metric]]:
        """The same for each group of images; no box is matched anew."""
        if self.evaluation is None:
            nothing = self._metrics(None, None, 0, self.reason or "no answer", "map")
            return dict.fromkeys(groups, nothing)
        slices = {str(place): (ids + 1).tolist() for place, ids in enumerate(groups.values())}
        found = self.evaluation.slice_by(slices)
        return {
            name: self._metrics(
                _known(found[str(place)]["AP50"]),
                _known(found[str(place)]["AP"]),
                int(found[str(place)]["num_images"]),
                "no target box",
                "map",
            )
            for place, name in enumerate(groups)
        }

    def of_class(self, label: str, n_images: int) -> list[Metric]:
        """Of one label, over the images that hold it."""
        half, range_ = self.classes.get(label, (None, None))
        return self._metrics(half, range_, n_images, self.reason or "no answer", "ap")

    def _metrics(
        self, half: float | None, range_: float | None, n: int, undefined: str, prefix: str
    ) -> list[Metric]:
        return [
            Metric(
                contender=self.contender,
                name=f"{prefix}_{name}",
                value=value,
                n=n,
                higher_is_better=True,
                reason=undefined if value is None else None,
            )
            for name, value in (("50", half), ("50_95", range_))
        ]


def average_precision(evidence: Evidence, boxes: Boxes, contender: int) -> AveragePrecision:
    """Match all boxes of a contender, some thousand images at a time."""
    labels, targets = boxes.labels, boxes.targets
    images = np.flatnonzero(boxes.has_target & evidence.columns.answered[contender])
    targets = targets[np.isin(targets[:, 0], images)]
    wanted = np.unique(targets[targets[:, 6] == 0][:, 1])
    answers = boxes.answers(contender)
    # Boxes of a class without targets cannot change another class's precision, and have none.
    answers = answers[np.isin(answers[:, 1], wanted) & np.isin(answers[:, 0], images)]
    targets = targets[np.isin(targets[:, 1], wanted)]
    reason = _why_not(answers, len(wanted))
    if reason is not None:
        return AveragePrecision(contender, len(images), None, {}, reason)
    evaluation = _evaluate(images, targets, answers, wanted)
    # Shape (10 thresholds, 101 recalls, classes, 1 box size, 1 limit of boxes).
    precision = np.asarray((evaluation.eval or {})["precision"])[:, :, :, 0, 0]
    by_class = {
        labels[int(code)]: (float(precision[0, :, k].mean()), float(precision[:, :, k].mean()))
        for k, code in enumerate(wanted)
        if precision[0, 0, k] >= 0  # COCO says -1 of a class whose every target is beyond 1e10 px
    }
    return AveragePrecision(contender, len(images), evaluation, by_class)


def _why_not(answers: NDArray[np.float64], n_classes: int) -> str | None:
    if not n_classes:
        return "no target box in an answered image"
    if n_classes > MAX_CLASSES:
        return f"{n_classes} classes, of at most {MAX_CLASSES}"
    if np.isnan(answers[:, 6]).any():
        return "boxes without a confidence, which average precision orders them by"
    return None


def _evaluate(
    images: Places,
    targets: NDArray[np.float64],
    answers: NDArray[np.float64],
    wanted: NDArray[np.float64],
) -> COCOeval:
    params = Params(iou_type="bbox")
    params.area_rng, params.area_rng_lbl, params.max_dets = [[0.0, 1e10]], ["all"], [100]
    categories = [{"id": int(code) + 1, "name": str(int(code))} for code in wanted]
    streaming = StreamingEval(categories, iou_type="bbox", params=params)
    for start in range(0, len(images), _IMAGES_AT_ONCE):
        part = images[start : start + _IMAGES_AT_ONCE]
        first, last = part[0], part[-1]
        streaming.update(
            [{"id": int(image) + 1} for image in part],
            _annotations(_between(targets, first, last)),
            _detections(_between(answers, first, last)),
        )
    evaluation = streaming.finalize()
    evaluation.accumulate()
    return evaluation


def _between(rows: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    """The rows of some images; rows are in image order."""
    low = np.searchsorted(rows[:, 0], first, side="left")
    high = np.searchsorted(rows[:, 0], last, side="right")
    return rows[low:high]


def _annotations(rows: NDArray[np.float64]) -> list[dict[str, object]]:
    return [
        {
            "id": place,
            "image_id": int(image) + 1,
            "category_id": int(code) + 1,
            "bbox": [x, y, width, height],
            "area": width * height,
            "iscrowd": int(crowd),
        }
        for place, (image, code, x, y, width, height, crowd) in enumerate(rows.tolist(), start=1)
    ]


def _detections(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns as hotcoco wants them: image, x, y, width, height, confidence, category."""
    found = rows[:, [0, 2, 3, 4, 5, 6, 1]]
    found[:, [0, 6]] += 1
    return found


def _known(value: float) -> float | None:
    """COCO says -1 where there is nothing to be found."""
    return None if value < 0 else value
