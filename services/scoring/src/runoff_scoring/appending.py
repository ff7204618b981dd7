"""Puts scored slices into the log; where that cannot be, the run is to end."""

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import structlog

from runoff_contracts import subjects
from runoff_contracts.commands import FailRun, Refused
from runoff_contracts.envelope import N_ENTRIES
from runoff_contracts.events.entry import EntryScored
from runoff_eventlog.errors import AppendTooLarge, ConflictingAppend
from runoff_eventlog.log import Appended, EventLog
from runoff_eventlog.message import Message
from runoff_runtime.commands import ask
from runoff_scoring.scorecards import shortened

Scored = Sequence[tuple[str, EntryScored]]

_SHORT = 100
_RUN_MANAGER_S = 60.0

logger = structlog.get_logger(__name__)


async def append_scored(log: EventLog, processed: Message, scored: Scored) -> bool:
    """Append the scores of a processed slice; again, find them there.

    Returns:
        Whether the log has them from here and whole; another release may have written others.

    Raises:
        LogUnavailable: When the server does not answer; appending again is safe.
        NoAnswer: When the run has to end and run-manager does not answer.
    """
    whole = True
    for spare in (*_SPARING, None):
        try:
            return not (await _append(log, processed, scored)).repeated and whole
        except AppendTooLarge as error:
            # It cannot be cut in two: its subject is written once.
            logger.warning("slice.too_large", subject=processed.subject, error=str(error))
            if spare is None:
                await fail_run(log, processed, f"its scores are too many: {error}")
                return False
            scored, whole = [(id_, spare(event)) for id_, event in scored], False
        except ConflictingAppend as error:
            await fail_run(log, processed, f"something else was put there: {error}")
            return False
    return False


async def fail_run(log: EventLog, processed: Message, reason: str) -> None:
    """Have a run end whose slice cannot be scored: it would wait for the scores for ever.

    Raises:
        NoAnswer: When run-manager does not answer.
    """
    _, _, run_id, _, number, _ = processed.subject.split(".")
    said = f"slice {number} (log sequence {processed.seq}) cannot be scored: {reason}"
    logger.error("slice.not_scored", subject=processed.subject, reason=reason)
    command = FailRun(
        command_id=str(uuid.uuid5(uuid.NAMESPACE_URL, processed.subject)),
        sent_at=datetime.now(UTC),
        run_id=run_id,
        reason=said[:2000],
    )
    outcome = (await ask(log.nc, command, timeout_s=_RUN_MANAGER_S)).outcome
    if isinstance(outcome, Refused):
        logger.error("run.not_failed", run=run_id, problem=outcome.problem.title)


async def _append(log: EventLog, processed: Message, scored: Scored) -> Appended:
    _, _, run_id, _, number, _ = processed.subject.split(".")
    return await log.append_slice(
        subjects.scored(run_id, int(number)),
        scored,
        slice_id=f"{run_id}/{number}/scored",
        headers={N_ENTRIES: str(len(scored))},
        correlation_id=run_id,
        causation_id=processed.headers.get("ce-id"),
    )


def _reasons(event: EntryScored) -> EntryScored:
    """With the beginning of each reason."""
    scores = [
        each.model_copy(update={"reason": each.reason[:_SHORT]}) if each.reason else each
        for each in event.scores
    ]
    return event.model_copy(update={"scores": scores})


def _answers(event: EntryScored) -> EntryScored:
    """With as much of each answer as scorecards keep."""
    answers = [each and shortened(each) for each in event.answers]
    return event.model_copy(update={"answers": answers})


_SPARING: tuple[Callable[[EntryScored], EntryScored], ...] = (_answers, _reasons)
