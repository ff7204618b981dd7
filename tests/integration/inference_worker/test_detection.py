"""Boxes through the worker's real path: from an item of work to the fact in the log."""

from __future__ import annotations

import pytest

from runoff_contracts.events.lifecycle import Contender
from runoff_objects.entry_set import EntryRow
from tests.integration.inference_worker.conftest import Bench, facts
from tests.unit.inference_worker.detectors import YOLO, detector_spec, picture_of, yolo_model


async def test_boxes_of_each_image_reach_the_log(bench: Bench) -> None:
    """In pixels of each original, of which no two have the same size."""
    sides = [32, 64, 320]
    rows = [
        EntryRow(
            id=f"image-{side}",
            file=await bench.objects.put(
                picture_of((side, side), ("blue", (side // 8, side // 4, side // 8, side // 8)))
            ),
        )
        for side in sides
    ]
    file = await bench.objects.put(yolo_model())
    detector = Contender(
        position=0,
        model="onnx/windows",
        number=1,
        digest=file,
        file=file,
        spec=detector_spec(YOLO),
    )
    run_id = await bench.run(rows, detector)
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=3)
        found = facts(await bench.slice(run_id, 0))
        await bench.queue_is_empty()

    for side, event in zip(sides, found, strict=True):
        prediction = event.predictions[0]
        assert prediction.boxes is not None
        (box,) = prediction.boxes
        assert box.label == "blue"
        assert (box.x, box.y, box.width, box.height) == pytest.approx(
            (side // 8, side // 4, side // 8, side // 8), abs=0.01
        )
        assert prediction.is_answer
