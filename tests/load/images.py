"""(c) The digits through both ONNX models in batches of 32, against a bare loop in one process."""

import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from runoff import Client
from runoff.demo.material import write_digits
from runoff.demo.specs import digits_declaration
from runoff.demo.train import train_models
from tests.load.reporting import report
from tests.load.running import bench_stack, timed_run

_BATCH = 32
_REPEATS = 3


def main() -> None:
    """All 1,797 scans."""
    with tempfile.TemporaryDirectory(prefix="runoff-bench-") as name, bench_stack() as stack:
        folder = Path(name)
        digits = write_digits(folder / "digits")
        models = train_models(digits, folder)
        client = Client(stack.api_url)
        client.datasets.add(digits.folder, name="digits")
        names = [f"onnx/{model.name}" for model in models]
        for model, model_name in zip(models, names, strict=True):
            client.models.add(model.path, name=model_name, spec=digits_declaration())
        files = sorted((digits.folder / "images").iterdir())
        paths = [model.path for model in models]
        bare = [len(files) / _bare_loop(files, paths) for _ in range(_REPEATS)]
        rates = [
            timed_run(stack, dataset="digits", models=names, batch_size=_BATCH).entries_per_s
            for _ in range(_REPEATS + 1)
        ][1:]
    bare_rate = report("images", "bare_loop", bare, "entries/s")
    report("images", "entries_per_s", rates, "entries/s")
    report("images", "share_of_bare_loop", [rate / bare_rate for rate in rates], "ratio")


def _bare_loop(files: list[Path], models: list[Path]) -> float:
    """Seconds to decode every file and run every model, batch by batch."""
    sessions = [onnxruntime.InferenceSession(path) for path in models]
    started = time.perf_counter()
    for start in range(0, len(files), _BATCH):
        rows = []
        for file in files[start : start + _BATCH]:
            with Image.open(file) as image:
                pixels = np.asarray(image.convert("L").resize((8, 8)), dtype=np.float32)
            rows.append(pixels.reshape(-1) / 255)
        batch = np.stack(rows)
        for session in sessions:
            session.run(None, {session.get_inputs()[0].name: batch})
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
