"""What it gains that each image is decoded once for all models of a run.

Photograph-sized scans through two ONNX models: in one run, and in a run each, one after the other.
"""

import tempfile
from pathlib import Path

from runoff import Client
from runoff.demo.material import write_digits
from runoff.demo.specs import digits_declaration
from runoff.demo.train import train_models
from runoff_testkit.live import LiveStack
from tests.load.images import enlarged
from tests.load.reporting import report
from tests.load.running import bench_stack, timed_run

_REPEATS = 3


def main() -> None:
    """All 1,797 scans at 512 by 512 pixels."""
    with tempfile.TemporaryDirectory(prefix="runoff-bench-") as name, bench_stack() as stack:
        folder = Path(name)
        digits = write_digits(folder / "digits")
        models = train_models(digits, folder)
        with Client(stack.api_url) as client:
            names = [
                client.models.add(
                    model.path, name=f"onnx/{model.name}", spec=digits_declaration()
                ).id
                for model in models
            ]
            large = enlarged(digits.folder, folder / "large")
            dataset = client.datasets.add(large, name="large").id
        together = [_seconds(stack, dataset, names) for _ in range(_REPEATS)]
        apart = [sum(_seconds(stack, dataset, [each]) for each in names) for _ in range(_REPEATS)]
        once_s = report("decode_once", "two_models_in_one_run", together, "s")
        report("decode_once", "two_runs_of_one_model", apart, "s")
        report("decode_once", "gain", [each / once_s for each in apart], "ratio")


def _seconds(stack: LiveStack, dataset: str, models: list[str]) -> float:
    return timed_run(stack, dataset=dataset, models=models, batch_size=32).seconds


if __name__ == "__main__":
    main()
