"""(c) The digits through both ONNX models in batches of 32, against a bare loop in one process.

Once as they are, 8 by 8 pixels, and once enlarged to 512 by 512, the size of a small photograph:
the first measures what Runoff adds to an entry, the second what a person with photographs sees.
"""

import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

from runoff import Client
from runoff.demo.material import write_digits
from runoff.demo.specs import digits_declaration
from runoff.demo.train import TrainedModel, train_models
from runoff_testkit.live import LiveStack
from tests.load.cpu import CpuMeter
from tests.load.reporting import report
from tests.load.running import bench_stack, timed_run, until_reported

_BATCH = 32
_REPEATS = 3
_LARGE = 512


def main() -> None:
    """All 1,797 scans, at both sizes."""
    with tempfile.TemporaryDirectory(prefix="runoff-bench-") as name, bench_stack() as stack:
        folder = Path(name)
        digits = write_digits(folder / "digits")
        models = train_models(digits, folder)
        with Client(stack.api_url) as client:
            for model in models:
                declaration = digits_declaration()
                client.models.add(model.path, name=f"onnx/{model.name}", spec=declaration)
            _measure(stack, client, digits.folder, models, metric="8px")
            large = enlarged(digits.folder, folder / "large")
            _measure(stack, client, large, models, metric="512px")


def _measure(
    stack: LiveStack, client: Client, folder: Path, models: list[TrainedModel], *, metric: str
) -> None:
    client.datasets.add(folder, name=f"digits-{metric}")
    files = sorted((folder / "images").iterdir())
    names = [f"onnx/{model.name}" for model in models]
    meter, bare, rates = CpuMeter(stack), [], []
    bare_cpu_s = 0.0
    for _ in range(_REPEATS):
        # By turns: a ratio of two measurements is worth most where both saw the same machine.
        before_s = time.process_time()
        bare.append(len(files) / _bare_loop(files, [each.path for each in models]))
        bare_cpu_s += time.process_time() - before_s
        with meter:
            timed = timed_run(stack, dataset=f"digits-{metric}", models=names, batch_size=_BATCH)
            until_reported(stack, timed)
        rates.append(timed.entries_per_s)
    n_asked = len(files) * _REPEATS
    report("images", f"bare_loop_{metric}", bare, "entries/s")
    report("images", f"entries_per_s_{metric}", rates, "entries/s")
    shares = [rate / alone for rate, alone in zip(rates, bare, strict=True)]
    report("images", f"share_of_bare_loop_{metric}", shares, "ratio")
    report("images", f"cpu_bare_loop_{metric}", [1e6 * bare_cpu_s / n_asked], "us/entry")
    meter.report("images", f"cpu_{metric}", n_entries=n_asked)


def enlarged(digits: Path, folder: Path) -> Path:
    """The same folder with every scan enlarged, each pixel to a square."""
    (folder / "images").mkdir(parents=True)
    shutil.copy(digits / "manifest.jsonl", folder)
    for file in (digits / "images").iterdir():
        with Image.open(file) as image:
            large = image.resize((_LARGE, _LARGE), Image.Resampling.NEAREST)
            large.save(folder / "images" / file.name)
    return folder


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
