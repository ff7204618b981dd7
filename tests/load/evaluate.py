"""(a) Entries/s from the POST to every score served, its share of the ceilings, its growth."""

import math
import statistics

from tests.load.ceilings import bare_appends, bare_inserts
from tests.load.cpu import CpuMeter
from tests.load.reporting import report
from tests.load.running import MODULE, bench_stack, register_texts, timed_run, until_reported

MODELS = [f"python/{MODULE}:first_letter", f"python/{MODULE}:last_letter"]
_SIZES = (1_000, 10_000, 100_000)
_REPEATS = 3


def main() -> None:
    """Runs of 1,000, 10,000 and 100,000 entries with two trivial models."""
    with bench_stack() as stack:
        medians = {}
        for n in _SIZES:
            dataset = register_texts(stack, n=n)
            meter, timed = CpuMeter(stack), []
            for _ in range(_REPEATS):
                with meter:
                    timed.append(timed_run(stack, dataset=dataset, models=MODELS))
                    until_reported(stack, timed[-1])
            medians[n] = statistics.median(each.seconds for each in timed)
            rates = [each.entries_per_s for each in timed]
            rate = report("evaluate", f"entries_per_s_{n}", rates, "entries/s")
            meter.report("evaluate", f"cpu_{n}", n_entries=n * _REPEATS)
            if n == 10_000:
                run_id = timed[-1].run.run_id
                appends = [bare_appends(stack, run_id) for _ in range(_REPEATS)]
                inserts = [bare_inserts(stack, run_id) for _ in range(_REPEATS)]
                report("evaluate", "bare_append", appends, "entries/s")
                report("evaluate", "bare_insert", inserts, "entries/s")
                report("evaluate", "share_of_append", [rate / v for v in appends], "ratio")
                report("evaluate", "share_of_insert", [rate / v for v in inserts], "ratio")
        small, large = _SIZES[0], _SIZES[-1]
        exponent = math.log(medians[large] / medians[small]) / math.log(large / small)
        report("evaluate", "growth_exponent", [exponent], "exponent")


if __name__ == "__main__":
    main()
