"""`python -m runoff_runtime.start [module]`: runs the module, or this container's service.

One entry point for all images: `RUNOFF_SERVICE` names the service, an argument another module
of it (`runoff_query.projector`).
"""

import os
import runpy
import sys


def main() -> None:
    """Run the module as `python -m` would."""
    service = os.environ.get("RUNOFF_SERVICE", "")
    module = sys.argv[1] if len(sys.argv) > 1 else f"runoff_{service.replace('-', '_')}"
    sys.argv = sys.argv[1:] or [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
