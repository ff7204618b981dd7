"""From the tensor of a detector, (1, 84, 8400), to boxes on the original, images/s on one core.

The ceiling is one bare pass of numpy over the same tensor: how sure each candidate is.
The images hold 20 things each; 15 candidates say so of each thing, which suppression makes one of.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.model_spec import OnnxSpec
from runoff_inference_worker.outputs import decode
from runoff_inference_worker.provider import Answer
from runoff_inference_worker.views import Placed, View
from tests.load.reporting import report

_SIDE, _N_LABELS, _N_CANDIDATES = 640, 80, 8400
_N_THINGS, _N_EACH = 20, 15
_N_IMAGES, _REPEATS = 50, 5


def main() -> None:
    """Different images, each with its own tensor."""
    spec = OnnxSpec.model_validate(
        {
            "task": "detection",
            "labels": [f"label {number}" for number in range(_N_LABELS)],
            "input": {"size": [_SIDE, _SIDE], "resize": "letterbox"},
            "output": {"shape": "yolo"},
        }
    )
    placed = [Placed(1280, 720, View.declared(spec.input))]
    rng = np.random.default_rng(0)
    tensors = [_tensor(rng) for _ in range(_N_IMAGES)]

    def boxes(tensor: NDArray[np.float32]) -> None:
        (answer,) = decode({"output0": tensor}, spec, placed)
        assert isinstance(answer, Answer)
        assert answer.boxes

    def bare(tensor: NDArray[np.float32]) -> None:
        tensor[0, 4:].max(axis=0)

    bare_rate = report("postprocess", "bare_pass", _rates(bare, tensors), "images/s")
    rates = _rates(boxes, tensors)
    report("postprocess", "images_per_s", rates, "images/s")
    report("postprocess", "share_of_bare_pass", [each / bare_rate for each in rates], "ratio")


def _rates(
    call: Callable[[NDArray[np.float32]], None], tensors: list[NDArray[np.float32]]
) -> list[float]:
    rates = []
    for _ in range(_REPEATS):
        began_s = time.perf_counter()
        for tensor in tensors:
            call(tensor)
        rates.append(len(tensors) / (time.perf_counter() - began_s))
    return rates


def _tensor(rng: np.random.Generator) -> NDArray[np.float32]:
    tensor = np.empty((1, 4 + _N_LABELS, _N_CANDIDATES), np.float32)
    tensor[0, :2] = rng.uniform(0, _SIDE, (2, _N_CANDIDATES))
    tensor[0, 2:4] = rng.uniform(20, 100, (2, _N_CANDIDATES))
    tensor[0, 4:] = rng.uniform(0, 0.04, (_N_LABELS, _N_CANDIDATES))
    for _ in range(_N_THINGS):
        chosen = rng.integers(0, _N_CANDIDATES, _N_EACH)
        middle, sides = rng.uniform(160, 480, (2, 1)), rng.uniform(40, 160, (2, 1))
        tensor[0, :2, chosen] = (middle + rng.normal(0, 3, (2, _N_EACH))).T
        tensor[0, 2:4, chosen] = (sides + rng.normal(0, 3, (2, _N_EACH))).T
        tensor[0, 4 + rng.integers(_N_LABELS), chosen] = rng.uniform(0.1, 0.95, _N_EACH)
    return tensor


if __name__ == "__main__":
    main()
