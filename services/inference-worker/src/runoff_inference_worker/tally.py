"""What the attempts of an entry come to, together."""

from collections.abc import Sequence

from runoff_contracts.events.entry import Attempt, Usage


def usage_of(attempts: Sequence[Attempt]) -> Usage | None:
    """Tokens of all attempts; none where none says any."""
    if len(attempts) == 1:
        return attempts[0].usage
    known = [each.usage for each in attempts if each.usage is not None]
    if not known:
        return None
    return Usage(
        n_input=sum(each.n_input for each in known), n_output=sum(each.n_output for each in known)
    )


def cost_of(attempts: Sequence[Attempt]) -> float | None:
    """What all attempts cost; none where none says it, or where tokens have no known price."""
    if len(attempts) == 1:
        return attempts[0].cost_usd
    if any(each.usage is not None and each.cost_usd is None for each in attempts):
        return None
    known = [each.cost_usd for each in attempts if each.cost_usd is not None]
    return sum(known) if known else None
