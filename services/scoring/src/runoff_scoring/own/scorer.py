"""Scorers of one's own: `module:function`, from modules that the operator allows, or an entry point
of an installed package, `runoff.scorers:name`.

    def share_of_words(answer, target, *, least=0):
        return len(set(answer["text"].split()) & set(target.split())) / len(target.split())

The function is called with the answer as JSON (`label`, `text`, `data`, `boxes` or `point`, with
`confidence` and `probabilities` where there are any), the target as the dataset has it, and the
arguments that were chosen at launch. It answers a number, or in words why there is none. It is to
answer alike when it is asked again: the same predictions are to give the same scores.

It runs in a process of its own. A call that hangs or ends the process is not scored, with the
reason; after three such calls in a run the function is not called any more in that run.
"""

import json
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import EntryProcessed, Prediction
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.scorers import CustomParams, scorer_info
from runoff_scoring.own.child import GROUP, MAX_REASON
from runoff_scoring.own.process import Function, FunctionProcess, Unusable
from runoff_scoring.scorers.scorer import ReadyScorer, Scorer

MOST_LOST = 3
"""Calls of a run that may hang or end the process."""
_MOST_PROCESSES = 4
"""Kept for the next run; more only while they are at work."""
_ANSWER = {"label", "text", "data", "boxes", "point", "confidence", "probabilities"}


class Functions:
    """The functions that may be called, and their processes."""

    def __init__(self, *, modules: Sequence[str], path: Sequence[str], limit_s: float) -> None:
        """Take what the settings say: `modules` are allowed, a call may take `limit_s`."""
        self._modules, self._path, self._limit_s = modules, tuple(path), limit_s
        self._processes: OrderedDict[str, FunctionProcess] = OrderedDict()

    async def check(self, name: str, params: CustomParams) -> None:
        """See that a function can be called, in a process of its own: others may be at work.

        Raises:
            Unusable: When it cannot.
        """
        process = self._new(name, params)
        try:
            await process.start()
        finally:
            await process.kill()

    @asynccontextmanager
    async def process(self, name: str, params: CustomParams) -> AsyncIterator[FunctionProcess]:
        """The function's process, for oneself.

        Raises:
            Unusable: When its module is not allowed.
        """
        key = json.dumps([name, params.arguments], sort_keys=True)
        if key not in self._processes:
            self._processes[key] = self._new(name, params)
        process = self._processes[key]
        self._processes.move_to_end(key)
        async with process.lock:
            yield process
        await self._kill_idle()

    async def close(self) -> None:
        """Kill all."""
        while self._processes:
            await self._processes.popitem()[1].kill()

    def _new(self, name: str, params: CustomParams) -> FunctionProcess:
        module = name.partition(":")[0]
        # What an installed package offers as a scorer was installed for that.
        if module != GROUP and not _is_allowed(module, self._modules):
            raise Unusable("name", f"module {module} is not allowed (RUNOFF_PYTHON_MODULES)")
        function = Function(name, params.arguments, self._path)
        return FunctionProcess(function, limit_s=self._limit_s)

    async def _kill_idle(self) -> None:
        idle = [key for key, each in self._processes.items() if not each.lock.locked()]
        for key in idle[: max(len(self._processes) - _MOST_PROCESSES, 0)]:
            process = self._processes.pop(key)
            async with process.lock:
                await process.kill()


class OwnScorer:
    """One such scorer in one run."""

    def __init__(self, used: ScorerUsed, functions: Functions) -> None:
        """Prepare; nothing is imported yet."""
        info = scorer_info(used.name)
        assert info is not None
        assert info.params is CustomParams
        self._info, self._functions = info, functions
        self._params = CustomParams.model_validate(used.params)
        self._n_lost, self._last_reason = 0, ""

    async def scored(self, entries: Sequence[EntryProcessed]) -> ReadyScorer:
        """The scorer with its values for these entries' predictions, and for no others."""
        asked = [
            (prediction, entry.target)
            for entry in entries
            for prediction in entry.predictions
            if entry.target is not None and prediction.is_answer
        ]
        values = await self._values([_call(*each) for each in asked])
        found = {id(each): value for (each, _), value in zip(asked, values, strict=True)}
        scorer = Scorer(self._info, lambda prediction, _, __: found[id(prediction)])
        return ReadyScorer(scorer, self._params)

    async def _values(self, calls: Sequence[bytes]) -> list[float | str]:
        values: list[float | str] = []
        while len(values) < len(calls):
            if self._n_lost >= MOST_LOST:
                reason = f"not called any more: {self._last_reason}"[:MAX_REASON]
                return values + [reason] * (len(calls) - len(values))
            try:
                async with self._functions.process(self._info.name, self._params) as process:
                    outcomes = await process.call(calls[len(values) :])
            except Unusable as error:
                self._n_lost, self._last_reason = MOST_LOST, str(error)
                return values + [str(error)[:MAX_REASON]] * (len(calls) - len(values))
            values += outcomes.values
            if outcomes.lost is not None:
                values.append(outcomes.lost)
                self._n_lost, self._last_reason = self._n_lost + 1, outcomes.lost
        return values


def _call(prediction: Prediction, target: Target) -> bytes:
    answer = prediction.model_dump(mode="json", include=_ANSWER, exclude_none=True)
    return json.dumps([answer, target]).encode() + b"\n"


def _is_allowed(module: str, names: Sequence[str]) -> bool:
    return any(
        module == name or (name.endswith(".*") and f"{module}.".startswith(name[:-1]))
        for name in names
    )
