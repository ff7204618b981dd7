"""How fast runs went, so that an equal run is cut rightly from its first slice on.

Without it the first slices of every run are small, since nothing is known of its models' speed:
that costs a quick run a tenth of its time. Held in memory alone: what is forgotten is measured.
"""

from runoff_contracts.events.lifecycle import RunCreated

_MOST = 1000


class Paces:
    """Seconds that an entry took, by what was asked of what, and how."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], float] = {}

    def note(self, created: RunCreated, entry_s: float | None) -> None:
        """Remember a run that went to its end; the oldest is forgotten when there are very many."""
        if entry_s is None:
            return
        key = _key(created)
        self._known.pop(key, None)
        self._known[key] = entry_s
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]

    def of(self, created: RunCreated) -> float | None:
        """What is known of a run like this one."""
        return self._known.get(_key(created))


def _key(created: RunCreated) -> tuple[str, ...]:
    """Equal for runs of the same models and judges over the same dataset with the same config."""
    judges = [each.digest for each in created.judges or ()]
    taken = created.answers_from.what if created.answers_from else ""
    return (
        created.dataset.digest,
        created.config.model_dump_json(),
        taken,
        *(each.digest for each in created.contenders),
        *judges,
    )
