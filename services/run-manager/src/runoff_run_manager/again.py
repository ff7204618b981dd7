"""Asking again: what leads to a further version of an entry's answers. Pure, as `decide.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from runoff_contracts.commands import AskAgain, EntryMeant
from runoff_contracts.event import Event
from runoff_contracts.events.again import EntryAskedAgain
from runoff_contracts.model_spec import LlmSpec
from runoff_run_manager.errors import refusal
from runoff_run_manager.evolve import Run

VARYING_PROVIDERS = ("python", "openai", "anthropic", "google", "ollama", "llm")
"""Providers whose models can be told of an earlier answer; all others only repeat."""
MOST_VERSIONS = 1000
"""Of one entry."""


@dataclass(frozen=True)
class Asked:
    """What is known of one entry's further versions."""

    events: Sequence[EntryAskedAgain] = ()

    @property
    def newest(self) -> int:
        """Number of the newest version; 1 where nobody asked again."""
        return max((each.answer_version for each in self.events), default=1)

    def by_command(self, command_id: str) -> EntryAskedAgain | None:
        """What a command asked for before."""
        return next((each for each in self.events if each.command_id == command_id), None)


def contenders_meant(command: AskAgain, run: Run | None) -> list[int]:
    """Positions of the contenders that are to answer.

    Raises:
        Refusal: When the run is unknown, or a contender cannot do what is asked.
    """
    if run is None or run.deleted:
        raise refusal("unknown-run", f"There is no run {command.run_id}", 404)
    known = {each.position: each for each in run.created.contenders}
    if command.contenders is not None and not set(command.contenders) <= set(known):
        hint = f"positions 0 to {len(known) - 1}"
        raise refusal(
            "unknown-contender", "The run has no such contender", 422, field="contenders", hint=hint
        )
    meant = sorted(set(command.contenders or known))
    if command.mode == "rerun":
        if command.seed is not None:
            raise refusal(
                "seed-not-used",
                "A re-run repeats the request as it was",
                422,
                field="seed",
                hint="leave it out, or ask for a variation",
            )
        return meant
    if command.seed is None:
        raise refusal(
            "seed-missing",
            "A variation is anchored on an answer",
            422,
            field="seed",
            hint="the text of an earlier answer",
        )
    for position in meant:
        each = known[position]
        if each.provider not in VARYING_PROVIDERS and not isinstance(each.spec, LlmSpec):
            raise refusal(
                "no-variation",
                f"{each.model} cannot be told of an earlier answer",
                422,
                field="contenders",
                hint=f"a contender of {', '.join(VARYING_PROVIDERS)}; others can be re-run",
            )
    return meant


def ask_again(
    command: AskAgain,
    entry: EntryMeant,
    asked: Asked,
    contenders: Sequence[int],
    *,
    now: datetime,
) -> list[Event]:
    """The next version of one entry; the same command again says nothing new."""
    if asked.by_command(command.command_id) is not None:
        return []
    if asked.newest >= MOST_VERSIONS:
        raise refusal(
            "too-many-versions",
            f"Entry {entry.entry_id!r} has {MOST_VERSIONS} versions",
            409,
            field="entries",
        )
    seed = command.seed
    return [
        EntryAskedAgain(
            run_id=command.run_id,
            index=entry.index,
            entry_id=entry.entry_id,
            answer_version=asked.newest + 1,
            parent=(seed.answer_version if seed else None) or 1,
            mode=command.mode,
            seed=seed,
            contenders=list(contenders),
            command_id=command.command_id,
            asked_at=now,
        )
    ]
