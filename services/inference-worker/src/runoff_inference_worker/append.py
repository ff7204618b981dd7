"""Puts what was answered of a slice into the log, as the one message of the slice's subject."""

from collections.abc import Callable, Sequence
from functools import wraps

import structlog

from runoff_contracts import envelope, subjects
from runoff_contracts.events.entry import Attempt, EntryProcessed, Judgement, Prediction, Verdict
from runoff_contracts.work import WorkItem
from runoff_eventlog.errors import AppendTooLarge, ConflictingAppend
from runoff_eventlog.log import EventLog
from runoff_inference_worker.longest import Facts, without_longest

Spare = Callable[[Facts, int], Facts]
"""Leaves out something, or as much of it as makes the slice shorter by so many bytes."""

_SHORT = 200

logger = structlog.get_logger(__name__)


async def append_slice(log: EventLog, item: WorkItem, facts: Facts, *, elapsed_s: float) -> None:
    """Append; where the log has the slice already, nothing is left to do.

    A slice over the server's limit loses what can be spared, since it cannot be cut in two: its
    subject is written once. At last the longest answers go, as attempts that failed on that.

    Raises:
        LogUnavailable: When the server does not answer; appending again is safe.
        AppendTooLarge: When even the least of it is over the limit.
    """
    for spare in (*_SPARING, without_longest, None):
        try:
            await _append(log, item, facts, elapsed_s=elapsed_s)
        except AppendTooLarge as error:
            if spare is None:
                raise
            logger.warning("slice.too_large", error=str(error), spared=spare.__name__)
            facts = spare(facts, error.n_bytes - error.limit)
        except ConflictingAppend:
            # Someone wrote this slice under another id. It was answered, and can be no more.
            logger.error("slice.foreign", run_id=item.run_id, slice=item.slice)  # noqa: TRY400
            return
        else:
            return


async def _append(log: EventLog, item: WorkItem, facts: Facts, *, elapsed_s: float) -> None:
    predictions = [each for _, event in facts for each in event.predictions]
    n_failed = sum(any(not each.is_answer for each in event.predictions) for _, event in facts)
    await log.append_slice(
        subjects.processed(item.run_id, item.slice),
        facts,
        slice_id=f"{item.run_id}/{item.slice}",
        headers={
            envelope.SLICE_START: str(item.start),
            envelope.N_ENTRIES: str(len(facts)),
            envelope.N_ANSWERS: str(sum(each.is_answer for each in predictions)),
            envelope.N_FAILED: str(n_failed),
            envelope.ELAPSED_S: f"{elapsed_s:.6f}",
            **_cost(predictions, [each for _, event in facts for each in verdicts_of(event)]),
        },
        correlation_id=item.run_id,
        causation_id=f"{item.run_id}/{item.slice}",
    )


def verdicts_of(event: EntryProcessed) -> list[Verdict]:
    """Everything that judges were asked about an entry."""
    return [verdict for each in event.judgements or () for verdict in each.verdicts]


def _cost(predictions: Sequence[Prediction], verdicts: Sequence[Verdict]) -> dict[str, str]:
    """What is known of the slice's cost, the judges' with the models'.

    What is taken over from another run costs nothing here.
    """
    all_settled: list[Prediction | Verdict] = [*predictions, *verdicts]
    known = [
        attempt.cost_usd
        for settled in all_settled
        if settled.taken_from is None
        for attempt in settled.attempts
        if attempt.cost_usd is not None
    ]
    return {envelope.COST_USD: f"{sum(known):.9f}"} if known else {}


def probabilities(event: EntryProcessed) -> EntryProcessed:
    """Without the probabilities of labels; the confidence of the answer stays."""
    return _each(event, lambda each: each.model_copy(update={"probabilities": None}))


def messages(event: EntryProcessed) -> EntryProcessed:
    """With the beginning of each error's message, and of each reason that a judge gave."""
    event = _each(
        event,
        lambda each: each.model_copy(update={"attempts": [_short(one) for one in each.attempts]}),
    )
    judgements = [_brief(each) for each in event.judgements or ()]
    return event.model_copy(update={"judgements": judgements or None})


def metadata(event: EntryProcessed) -> EntryProcessed:
    """Without the entry's metadata, which the dataset has."""
    return event.model_copy(update={"metadata": None})


def _of_each(spare: Callable[[EntryProcessed], EntryProcessed]) -> Spare:
    @wraps(spare)
    def of_each(facts: Facts, _: int) -> Facts:
        return [(id_, spare(event)) for id_, event in facts]

    return of_each


_SPARING = tuple(_of_each(spare) for spare in (probabilities, messages, metadata))


def _each(event: EntryProcessed, change: Callable[[Prediction], Prediction]) -> EntryProcessed:
    return event.model_copy(update={"predictions": [change(each) for each in event.predictions]})


def _brief(judgement: Judgement) -> Judgement:
    changes = {
        name: [
            each.model_copy(
                update={
                    "reason": each.reason and each.reason[:_SHORT],
                    "attempts": [_short(one) for one in each.attempts],
                }
            )
            for each in verdicts
        ]
        for name, verdicts in (("points", judgement.points), ("pairs", judgement.pairs))
    }
    return judgement.model_copy(update=changes)


def _short(attempt: Attempt) -> Attempt:
    if attempt.error is None:
        return attempt
    error = attempt.error.model_copy(update={"message": attempt.error.message[:_SHORT]})
    return attempt.model_copy(update={"error": error})
