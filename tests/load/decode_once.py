"""What it gains that each image is decoded once for all models of a run.

Photograph-sized scans through two ONNX models: in one run, and in a run each, one after the other.
By turns, each run after the one before has been compared: what scoring does then, and loads for the
first comparison, would else be counted as part of the next run.
"""

import tempfile
from pathlib import Path

from runoff import Client
from runoff.demo.material import write_digits
from runoff.demo.specs import digits_declaration
from runoff.demo.train import train_models
from runoff_testkit.live import LiveStack
from tests.load.cpu import CpuMeter
from tests.load.images import enlarged
from tests.load.reporting import report
from tests.load.running import bench_stack, timed_run, until_reported

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
        n_entries = len(list((large / "images").iterdir()))
        for each in (names, names[:1], names[1:]):
            _seconds(stack, dataset, each)  # files are read, libraries loaded
        once, each_alone = CpuMeter(stack), CpuMeter(stack)
        together, apart = [], []
        for _ in range(_REPEATS):
            with once:
                together.append(_seconds(stack, dataset, names))
            with each_alone:
                apart.append(sum(_seconds(stack, dataset, [name]) for name in names))
        report("decode_once", "two_models_in_one_run", together, "s")
        report("decode_once", "two_runs_of_one_model", apart, "s")
        gains = [b / a for a, b in zip(together, apart, strict=True)]
        report("decode_once", "gain", gains, "ratio")
        report("decode_once", "cpu_gain", [each_alone.total_s / once.total_s], "ratio")
        n_asked = n_entries * _REPEATS
        once.report("decode_once", "cpu_two_models_in_one_run", n_entries=n_asked)
        each_alone.report("decode_once", "cpu_two_runs_of_one_model", n_entries=n_asked)


def _seconds(stack: LiveStack, dataset: str, models: list[str]) -> float:
    timed = timed_run(stack, dataset=dataset, models=models, batch_size=32)
    until_reported(stack, timed)
    return timed.seconds


if __name__ == "__main__":
    main()
