"""What importing the statistics loads, and what it leaves of numpy."""

from __future__ import annotations

import subprocess
import sys

_LOOK = """
import sys
import runoff_statistics
loaded = {"numpy.f2py", "numpy.ma", "numpy.testing", "numpy.polynomial"} & set(sys.modules)
import numpy as np
assert {"f2py", "ma"} <= set(np.__all__) & set(dir(np)), "numpy is as it was"
print(*sorted(loaded), np.ma.array([1]).sum(), sep=",")
"""


def test_the_statistics_load_nothing_of_numpy_that_nobody_asked_for() -> None:
    """By way of scipy they would: two thirds of what a first comparison imports."""
    done = subprocess.run([sys.executable, "-c", _LOOK], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "1"
