"""Whether a run has passed a limit that its config sets: pure arithmetic over slice headers."""

from runoff_contracts.events.lifecycle import RunCreated


def overrun(created: RunCreated, *, n_processed: int, n_failed: int, cost_usd: float) -> str | None:
    """Why the run has to end, with the numbers; none where it may go on.

    A run that only scores anew asks no model, so that no failures end it; a judge costs all the
    same.

    Args:
        n_failed: Entries that at least one contender did not answer.
        cost_usd: What is known of the cost of this run's own calls.
    """
    rescores = created.answers_from is not None and created.answers_from.what == "all"
    if rescores and not created.judges:
        return None
    config, n_entries = created.config, created.n_entries
    after = f"after {n_processed} of {n_entries} entries"
    if config.max_cost_usd is not None and cost_usd > config.max_cost_usd:
        return (
            f"the known cost of ${cost_usd:.6g} is over max_cost_usd ${config.max_cost_usd:g}, "
            f"{after}"
        )
    most = config.max_failed
    if most is None or rescores:
        return None
    if isinstance(most, int):
        if n_failed > most:
            return f"{n_failed} failed entries are over max_failed {most}, {after}"
    elif n_failed > most * n_entries:
        return (
            f"{n_failed} failed entries are over max_failed {most:g} of {n_entries} entries, "
            f"{after}"
        )
    return None
