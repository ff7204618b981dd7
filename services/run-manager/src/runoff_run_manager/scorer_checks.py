"""Asks scoring about the scorers of a run before it is launched: nothing is spent before.

Only scoring has the engines of patterns and schemas, and the functions of one's own. Scorers that
have none of these are not asked about, so that scoring may be away when a run begins.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from nats.aio.client import Client

from runoff_contracts.commands import CheckScorers, Refused, ScorerAsked
from runoff_contracts.events.lifecycle import ScorerUsed
from runoff_contracts.problem import FieldError, Problem
from runoff_contracts.scorers import needs_check
from runoff_run_manager.errors import Refusal, refusal_of
from runoff_runtime.commands import ask
from runoff_runtime.errors import NoAnswer

SCORERS_S = 40.0
"""Wait for scoring: it may have to import a function's modules."""


async def check_scorers(
    nc: Client, scorers: Sequence[ScorerUsed], asked: Sequence[ScorerAsked] | None
) -> None:
    """Nothing where every scorer can be used as it is wanted.

    Args:
        scorers: The run's, in its order.
        asked: What was asked for: errors are told on the places of this.

    Raises:
        Refusal: With everything that is wrong, on `scorers.N`; 503 where scoring is away.
    """
    order = [each.name for each in (asked or scorers)]
    doubtful = [each for each in scorers if needs_check(each.name, each.params)]
    if not doubtful:
        return
    command = CheckScorers(command_id="check-scorers", sent_at=datetime.now(UTC), scorers=doubtful)
    places = [order.index(each.name) for each in doubtful]
    try:
        outcome = (await ask(nc, command, timeout_s=SCORERS_S)).outcome
    except NoAnswer as error:
        raise refusal_of(
            "no-scoring",
            "Scoring is not there to check the scorers",
            503,
            detail=f"It did not answer within {SCORERS_S:g} s. Start it, or try again.",
            errors=[
                FieldError(field=f"scorers.{each}", message="was not checked") for each in places
            ],
        ) from error
    if isinstance(outcome, Refused):
        raise Refusal(moved(outcome.problem, places))


def moved(told: Problem, places: Sequence[int]) -> Problem:
    """What scoring says against the scorers that it was asked about, as said of the launch."""
    errors = []
    for each in told.errors:
        of, number, rest = (*each.field.split(".", 2), "", "")[:3]
        if of == "scorers" and number.isdecimal() and int(number) < len(places):
            field = ".".join(part for part in (of, str(places[int(number)]), rest) if part)
            each = each.model_copy(update={"field": field})
        errors.append(each)
    return told.model_copy(update={"errors": errors})
