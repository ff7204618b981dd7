"""The runs that this worker serves: what was asked for, its entries, its models, opened once."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

from runoff_contracts import subjects
from runoff_contracts.events.lifecycle import Contender, JudgeUsed, RunCreated
from runoff_contracts.scorers import JudgePairwiseParams, JudgeParams, judging_params
from runoff_eventlog.answers import Answers
from runoff_eventlog.log import EventLog
from runoff_eventlog.message import Message
from runoff_inference_worker.attempts import Asker
from runoff_inference_worker.errors import RunUnknown, Unavailable
from runoff_inference_worker.instruments import Instruments
from runoff_inference_worker.judging.prompts import JudgePrompts
from runoff_inference_worker.judging.slice import Judge, JudgeModel
from runoff_inference_worker.kept import Asking, KeptModel
from runoff_inference_worker.of_task import OfTask
from runoff_inference_worker.provider import Kit, Model, Unopened
from runoff_inference_worker.providers import PROVIDERS
from runoff_inference_worker.pushed import PushedModel
from runoff_inference_worker.slices import Rest
from runoff_inference_worker.taking import Taker
from runoff_objects.entry_set import EntrySet, open_entry_set

SETTLED = {"run.completed", "run.failed", "run.canceled", "run.deleted"}
"""Types of events after which a run is not worked on any more."""
PAUSED, RESUMED = "run.paused", "run.resumed"

_KEPT_S = 30.0
_TAKEN_AT_ONCE = 1000
"""Entries in hand at once where answers are taken over and nothing is asked."""

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class OpenRun:
    """A run with everything that its slices need."""

    created: RunCreated
    is_settled: bool
    """It was over when it was opened: its work is not done any more."""
    entries: EntrySet
    askers: list[Asker]
    rest: Rest | None
    judges: list[Judge] = field(default_factory=list)
    taker: Taker | None = None
    """Where it takes over answers."""
    paused_seq: int | None = None
    """Of the pause that it was in when it was opened."""

    @property
    def n_useful(self) -> int:
        """Entries that keep every slot of its models busy."""
        config = self.created.config
        if not self.askers:
            return config.concurrency if self.judges else _TAKEN_AT_ONCE
        in_call = max(
            min(asker.model.n_wanted(config.batch_size), config.batch_size) for asker in self.askers
        )
        return config.concurrency * in_call


@dataclass
class _Place:
    run: OpenRun | None = None
    n_users: int = 0
    left_s: float = 0.0
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)


class Runs:
    """Opens runs at first sight and closes those that nobody has used for half a minute."""

    def __init__(self, log: EventLog, kit: Kit) -> None:
        self._log, self._kit = log, kit
        self._answers = Answers(log.nc)
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def use(self, run_id: str) -> AsyncIterator[OpenRun]:
        """The run, open until the block ends.

        Raises:
            RunUnknown: When the log has no such run.
            LogUnavailable, ObjectError: When it cannot be opened now.
        """
        place = self._places.setdefault(run_id, _Place())
        place.n_users += 1
        try:
            async with place.opening:
                if place.run is None:
                    place.run = await self._open(run_id)
            yield place.run
        finally:
            place.n_users -= 1
            place.left_s = time.monotonic()

    async def sweep(self) -> None:
        """Close what was not used lately."""
        old_s = time.monotonic() - _KEPT_S
        for run_id, place in list(self._places.items()):
            if place.n_users == 0 and place.left_s < old_s:
                del self._places[run_id]
                await _close(place.run)

    async def close(self) -> None:
        """Close every run."""
        while self._places:
            await _close(self._places.popitem()[1].run)

    async def created(self, run_id: str) -> RunCreated:
        """What was asked for, read from the log.

        Raises:
            RunUnknown, LogUnavailable: as `use`.
        """
        return _created(run_id, await self._log.read(subjects.lifecycle(run_id)))

    async def _open(self, run_id: str) -> OpenRun:
        lifecycle = await self._log.read(subjects.lifecycle(run_id))
        created = _created(run_id, lifecycle)
        is_settled = any(message.headers.get("ce-type") in SETTLED for message in lifecycle)
        taken = created.answers_from
        # Where nothing is asked, the models may be gone by now.
        asks = not is_settled and not (taken and taken.what == "all")
        judges = [] if is_settled else created.judges or []
        sleep_s = created.config.sleep_s
        return OpenRun(
            created=created,
            is_settled=is_settled,
            entries=await open_entry_set(self._kit.objects, created.entries),
            askers=[await self._asker(each, created) for each in created.contenders if asks],
            rest=Rest(sleep_s) if sleep_s else None,
            judges=[await self._judge(each, created) for each in judges],
            taker=Taker(self._log, taken) if taken else None,
            paused_seq=_paused_seq(lifecycle),
        )

    async def _asker(self, contender: Contender, created: RunCreated) -> Asker:
        model = self._kept(await self.model(contender, created), contender, created)
        instruments = Instruments(contender.model)
        provider = PROVIDERS.get(contender.provider)
        adapts = provider is not None and provider.adapts
        looks = provider is None or provider.looks(contender)
        return Asker(
            contender.position, model, created.config, instruments, adapts=adapts, looks=looks
        )

    async def _judge(self, used: JudgeUsed, created: RunCreated) -> Judge:
        params = _params(used, created)
        prompts = JudgePrompts(params)
        contender = Contender(
            position=0,
            model=used.model,
            number=used.number,
            digest=used.digest,
            spec=prompts.spec(used.spec),
        )
        model = await self.model(contender, created)
        if isinstance(model, Asking):
            model = self._kept(JudgeModel(model, prompts), contender, created)
        asker = Asker(0, model, created.config, Instruments(used.model), adapts=True, looks=False)
        return Judge(used, params, asker)

    def _kept(self, model: Model, contender: Contender, created: RunCreated) -> Model:
        """The model, with the answers that were paid for before."""
        if not isinstance(model, Asking):
            return model
        run_id = None if created.config.cache else created.run_id
        return KeptModel(model, self._answers, version=contender.digest, run_id=run_id)

    async def model(self, contender: Contender, created: RunCreated) -> Model:
        """The opened model, or one that says of every entry why there is none."""
        if contender.is_live:
            return PushedModel(self._log, created, contender, self._kit)
        provider = PROVIDERS.get(contender.provider)
        if provider is None:
            return Unopened(f"this worker has no provider {contender.provider!r}")
        try:
            model = await provider.open(contender, self._kit)
        except Unavailable as error:
            logger.warning("model.unavailable", model=contender.model, error=error.message)
            return Unopened(error.message)
        return OfTask(model, created.task) if contender.spec is None else model


def _created(run_id: str, lifecycle: Sequence[Message]) -> RunCreated:
    created = lifecycle[0].events()[0][1] if lifecycle else None
    if not isinstance(created, RunCreated):
        raise RunUnknown(run_id)
    return created


def _paused_seq(lifecycle: Sequence[Message]) -> int | None:
    """Sequence of the pause that the run is in; none where it is in none."""
    paused_seq = None
    for message in lifecycle:
        if message.headers.get("ce-type") == PAUSED:
            paused_seq = message.seq
        elif message.headers.get("ce-type") == RESUMED:
            paused_seq = None
    return paused_seq


def _params(used: JudgeUsed, created: RunCreated) -> JudgeParams | JudgePairwiseParams:
    scorer = next(each for each in created.scorers if each.name == used.scorer)
    return judging_params(scorer.name, scorer.params)


async def _close(run: OpenRun | None) -> None:
    if run is not None:
        for asker in (*run.askers, *(judge.asker for judge in run.judges)):
            await asker.model.close()
