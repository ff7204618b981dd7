"""The form that launches a run: what stands in its fields, and the order that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from runoff_contracts.problem import FieldError
from runoff_contracts.views import RunView

NUMBERS: Final = (
    ("batch_size", "Batch size", "entries in one call"),
    ("concurrency", "Concurrency", "calls at once, a model"),
    ("sleep_s", "Sleep between entries", "seconds"),
    ("retries", "Retries", "after a failed attempt"),
    ("timeout_s", "Time limit", "seconds an attempt"),
    ("max_cost_usd", "Budget", "US dollars; empty for none"),
)
"""Fields of the config that are numbers: name, label, help."""


@dataclass(frozen=True)
class LaunchForm:
    """Texts as they were typed, so that a form with errors comes back as it was sent."""

    key: str
    """Names this order: sending it twice launches one run."""
    dataset: str = ""
    split: str = ""
    section: str = ""
    entries: Sequence[str] = ()
    models: Sequence[str] = ()
    others: str = ""
    """Models that are not registered, one a line."""
    scorers: Sequence[str] = ()
    alias: str = ""
    labels: str = ""
    """`name: value`, one a line."""
    priority: str = "normal"
    start_at: str = ""
    """As `2026-11-21T20:00`, in UTC."""
    cache: bool = False
    config: Mapping[str, str] = field(default_factory=dict)

    def order(self) -> dict[str, object]:
        """What is asked of the server; fields that are empty are left out."""
        selection = {
            "split": self.split or None,
            "section": self.section or None,
            "ids": list(self.entries) or None,
        }
        asked: dict[str, object] = {
            "dataset": self.dataset,
            "models": [*self.models, *_lines(self.others)],
            "config": {**{k: v for k, v in self.config.items() if v}, "cache": self.cache},
            "priority": self.priority,
            "labels": _labels(self.labels),
        }
        if any(selection.values()):
            asked["selection"] = {k: v for k, v in selection.items() if v is not None}
        if self.alias:
            asked["alias"] = self.alias
        if self.scorers:
            asked["scorers"] = list(self.scorers)
        if self.start_at:
            asked["start_at"] = _moment(self.start_at)
        return asked


def form_of_run(run: RunView, key: str) -> LaunchForm:
    """A form that launches the same once more."""
    config = run.config.model_dump(mode="json")
    chosen = run.selection
    return LaunchForm(
        key=key,
        dataset=f"{run.dataset}@{run.dataset_version}",
        split=(chosen.split or "") if chosen else "",
        section=(chosen.section or "") if chosen else "",
        entries=tuple(chosen.ids or ()) if chosen else (),
        models=tuple(f"{c.model}@{c.number}" for c in run.contenders if c.number is not None),
        others="\n".join(c.model for c in run.contenders if c.number is None),
        scorers=tuple(each.name for each in run.scorers),
        alias=run.alias or "",
        labels="\n".join(f"{name}: {value}" for name, value in run.labels.items()),
        priority=run.priority,
        cache=run.config.cache,
        config={
            name: "" if config[name] is None else f"{config[name]:g}" for name, _, _ in NUMBERS
        },
    )


def errors_by_field(errors: Sequence[FieldError]) -> dict[str, str]:
    """What to say at each field of the form; what belongs to none stands under `form`."""
    known = {
        "dataset", "models", "scorers", "alias", "labels", "priority", "start_at", "selection",
        *(name for name, _, _ in NUMBERS),
    }  # fmt: skip
    said: dict[str, str] = {}
    for each in errors:
        parts = (each.field or "").split(".")
        name = next((part for part in reversed(parts) if part in known), "form")
        said[name] = f"{said[name]}; {each.message}" if name in said else each.message
    return said


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _labels(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in _lines(text))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _moment(text: str) -> str:
    """With an offset; what is no moment goes to the server as it is, which says what is wrong."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
