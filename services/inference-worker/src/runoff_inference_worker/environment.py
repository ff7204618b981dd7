"""What this worker runs on, and which runs were told."""

import asyncio
import platform
from functools import cache
from importlib import metadata

from runoff_contracts.lineage import WorkerLineage
from runoff_inference_worker.longest import Facts

_PACKAGES = (
    "aiohttp",
    "anthropic",
    "genai-prices",
    "google-genai",
    "httpx",
    "jsonschema-rs",
    "numpy",
    "onnxruntime",
    "openai",
    "pillow",
    "playwright",
    "pydantic-ai-slim",
)
"""What models are asked, and images decoded, with: another version may give another answer."""
_REMEMBERED = 10_000


class Environment:
    """Tells each run once what answers it here."""

    def __init__(self) -> None:
        self._told: dict[str, None] = {}

    async def tell(self, run_id: str, facts: Facts) -> Facts:
        """The facts of a slice; with what this process runs on where the run does not know it."""
        if run_id in self._told:
            return facts
        environment = await asyncio.to_thread(lineage)
        (id_, first), *others = facts
        return [(id_, first.model_copy(update={"environment": environment})), *others]

    def told(self, run_id: str) -> None:
        """The facts are in the log. The oldest run is forgotten when there are very many."""
        self._told[run_id] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]


@cache
def lineage() -> WorkerLineage:
    """Of this process, read once: some ten milliseconds, from the files of what is installed."""
    return WorkerLineage(
        runoff=metadata.version("runoff-inference-worker"),
        python=f"{platform.python_implementation()} {platform.python_version()}",
        platform=f"{platform.system()} {platform.release()} {platform.machine()}"[:300],
        packages={name: version for name in _PACKAGES if (version := _version(name))},
    )


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
