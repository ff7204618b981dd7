"""One declared prompt and the language model that answers it."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import AttemptFailed, TimedOut
from runoff_inference_worker.llm.apis import Api, open_api
from runoff_inference_worker.llm.prompt import Prompts
from runoff_inference_worker.llm.reading import Reader
from runoff_inference_worker.llm.target import Target
from runoff_inference_worker.llm.wire import Wire
from runoff_inference_worker.provider import Ask, Kit, Reply
from runoff_inference_worker.views import View


class LlmModel:
    """Asks about one entry a call."""

    view: View | None = None

    def __init__(self, spec: LlmSpec, api: Api, wire: Wire, kit: Kit) -> None:
        self._api, self._wire = api, wire
        self._prompts = Prompts(spec, kit.objects, max_pixels=kit.settings.max_pixels)
        self._reader = Reader(spec)

    @classmethod
    async def open(cls, target: Target, spec: LlmSpec, kit: Kit) -> "LlmModel":
        """The model, over the connections that all of this process share."""
        wire: Wire = kit.shared.setdefault("llm", Wire())
        lines = await wire.open()
        try:
            return cls(spec, await open_api(target, spec, lines), wire, kit)
        except BaseException:
            await wire.close()
            raise

    def n_wanted(self, batch_size: int) -> int:
        """A prompt is about one entry."""
        return 1

    async def answer(self, asks: Sequence[Ask], limit_s: float) -> Sequence[Reply]:
        """Ask about the first of them.

        Raises:
            AttemptFailed: When there is no answer, or none that fits the task.
        """
        request = await self._prompts.request(asks[0])
        started_at, began_s = datetime.now(UTC), time.perf_counter()
        try:
            async with asyncio.timeout(limit_s):
                said = await self._api.ask(request)
        except TimeoutError as error:
            raise TimedOut(limit_s) from error
        duration_s = time.perf_counter() - began_s
        try:
            answer = self._reader.answer(said)
        except AttemptFailed as error:
            return [Reply(error, started_at, duration_s, 1, error.usage, error.cost_usd)]
        return [Reply(answer, started_at, duration_s, 1, said.usage, said.cost_usd)]

    def request_of(self, ask: Ask) -> list[str | None]:
        """What is asked about an entry; the declaration and its parameters are the version's.

        Raises:
            BadEntry: When the entry lacks what the prompt names.
        """
        return self._prompts.words(ask)

    async def close(self) -> None:
        """Give the connections back."""
        await self._wire.close()
