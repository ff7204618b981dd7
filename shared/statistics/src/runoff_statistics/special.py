"""The special functions of scipy that are used here, imported at a third of the price.

scipy copies all of numpy's names when it is imported (`array_api_compat`), those included that
numpy would load at their first use alone. These take longer than all else that is loaded for a
comparison, and nobody asks scipy for them.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

_UNUSED = {"ctypeslib", "f2py", "ma", "polynomial", "random", "testing"}
"""Whoever does want one has it from numpy, as ever."""


@contextmanager
def _unlisted() -> Iterator[None]:
    """Let numpy not name what it has not loaded."""
    held = vars(np)
    before = {name: held[name] for name in ("__all__", "__dir__")}
    names = [name for name in held["__all__"] if name not in _UNUSED]
    held |= {"__all__": names, "__dir__": lambda: names}
    try:
        yield
    finally:
        held |= before


with _unlisted():
    from scipy.special import (
        bdtr,
        betainc,
        betaincinv,
        betaln,
        nctdtr,
        stdtr,
        stdtrit,
        xlog1py,
        xlogy,
    )

__all__ = [
    "bdtr",
    "betainc",
    "betaincinv",
    "betaln",
    "nctdtr",
    "stdtr",
    "stdtrit",
    "xlog1py",
    "xlogy",
]
