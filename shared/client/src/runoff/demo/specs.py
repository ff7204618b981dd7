"""How Runoff is told to run the demo's models: the declaration beside each ONNX file."""

from typing import Literal

LABELS = tuple(str(digit) for digit in range(10))
"""What the columns of the output mean, in order."""

PIXEL_SCALE = 0.00392156862745098
"""1/255: turns an 8-bit pixel into 0 to 1; training and declaration use this same number."""

OUTPUT_NAME = "probabilities"


def digits_declaration() -> dict[str, object]:
    """The declaration of a digits model, as JSON would hold it; both models have the same.

    The image becomes 64 numbers from 0 to 1, row by row, and the output is read as it is:
    shape (n, 10), each row summing to 1.
    """
    return {
        "task": "classification",
        "labels": list(LABELS),
        "input": {
            "size": [8, 8],
            "color": "L",
            "resize": "stretch",
            "layout": "NF",
            "scale": PIXEL_SCALE,
            "mean": [0.0],
            "std": [1.0],
        },
        "output": {"name": OUTPUT_NAME, "activation": "none"},
    }


CANVAS_SIDE = 48
"""The canvas models see 48 by 48 pixels, in which a digit is as large as its scan: 8 by 8."""

BOXES_NAME, POINT_NAME, CONFIDENCE_NAME = "boxes", "point", "confidence"

CanvasTask = Literal["detection", "coordinates"]


def canvas_declaration(task: CanvasTask) -> dict[str, object]:
    """The declaration of a canvas model, as JSON would hold it; both models of a task share it.

    A canvas is wider than high: it is made smaller as a whole and gets black bars.
    """
    source = {
        "size": [CANVAS_SIDE, CANVAS_SIDE],
        "color": "L",
        "resize": "letterbox",
        "layout": "NCHW",
        "scale": PIXEL_SCALE,
    }
    if task == "coordinates":
        output = {"name": POINT_NAME, "confidence": CONFIDENCE_NAME}
        return {"task": task, "input": source, "output": output}
    return {
        "task": task,
        "labels": list(LABELS),
        "input": source,
        # Windows that show the same digit overlap by more; no two digits overlap at all.
        "output": {"shape": "yolo", "boxes": BOXES_NAME, "iou": 0.2, "min_confidence": 0.1},
    }
