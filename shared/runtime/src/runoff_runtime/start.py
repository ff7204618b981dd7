"""`python -m runoff_runtime.start [module]`: runs the module, or this container's service.

One entry point for every process: `RUNOFF_SERVICE` names the service, an argument another module
of it (`runoff_query.projector`). Each has a `main` that gives the exit code.
"""

import gc
import importlib
import os
import sys
from importlib.util import find_spec
from types import ModuleType

from runoff_runtime.without import OPTIONAL, without


def main() -> int:
    """Import the module the quick way and run its `main`."""
    service = os.environ.get("RUNOFF_SERVICE", "")
    name = sys.argv[1] if len(sys.argv) > 1 else f"runoff_{service.replace('-', '_')}"
    sys.argv = sys.argv[1:] or [name]
    return int(imported(name).main())


def imported(name: str) -> ModuleType:
    """The module, or the `__main__` of the package.

    What is imported stays for good: the collector would look through it a hundred times while it
    grows (a seventh of the start), and with every full collection from then on.
    """
    spec = find_spec(name)
    is_package = spec is not None and spec.submodule_search_locations is not None
    gc.disable()
    try:
        with without(*OPTIONAL):
            return importlib.import_module(f"{name}.__main__" if is_package else name)
    finally:
        gc.freeze()
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
