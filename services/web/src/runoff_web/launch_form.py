"""The form that launches a run: what stands in its fields, and the order that they make."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel, JsonValue

from runoff_contracts.comparison import canonical, digest_of
from runoff_contracts.problem import FieldError
from runoff_contracts.views import RunView
from runoff_web.json_text import read_json
from runoff_web.lines import lines_of, pairs_of

NUMBERS: Final = (
    ("batch_size", "Batch size", "entries in one call"),
    ("concurrency", "Concurrency", "calls at once, a model"),
    ("sleep_s", "Sleep between entries", "seconds"),
    ("retries", "Retries", "after a failed attempt"),
    ("timeout_s", "Time limit", "seconds an attempt"),
    ("max_cost_usd", "Budget", "US dollars; empty for none"),
    ("max_failed", "Give up after", "failed entries: a count, or a share as 0.2"),
    ("requests_per_minute", "Requests a minute", "a model; empty for any"),
    ("tokens_per_minute", "Tokens a minute", "a model; empty for any"),
)
"""Fields of the config that are numbers: name, label, help."""
STOPS: Final = (
    ("margin", "Margin", "equal within it is a decision; empty for none"),
    ("min_entries", "At least", "entries before anything is decided"),
    ("max_entries", "At most", "entries, decided or not"),
)
_JUDGE: Final = "judge"


@dataclass(frozen=True)
class Judge:
    """A language model that reads the answers; nobody where no model is named."""

    model: str = ""
    rubric: str = ""
    repeats: str = ""

    def asked(self) -> dict[str, object] | None:
        """As a scorer of the order."""
        if not self.model and not self.rubric:
            return None
        params: dict[str, object] = {"model": self.model, "rubric": self.rubric}
        if self.repeats:
            params["repeats"] = number_or_text(self.repeats)
        return {"name": _JUDGE, "params": params}


@dataclass(frozen=True)
class LaunchForm:
    """Texts as they were typed, so that a form with errors comes back as it was sent."""

    key: str
    """Names this form: `order_key` names what it asks for."""
    dataset: str = ""
    split: str = ""
    section: str = ""
    entries: Sequence[str] = ()
    models: Sequence[str] = ()
    others: str = ""
    """Models that are not registered, one a line."""
    scorers: Sequence[str] = ()
    more_scorers: str = ""
    """JSON: a list of scorers with their parameters, behind those that are ticked."""
    judge: Judge = Judge()
    alias: str = ""
    labels: str = ""
    """`name: value`, one a line."""
    params: str = ""
    """JSON: an object of booleans, numbers and texts."""
    plan: str = ""
    priority: str = "normal"
    start_at: str = ""
    """As `2026-11-21T20:00`, in UTC."""
    cache: bool = False
    config: Mapping[str, str] = field(default_factory=dict)
    stops: bool = False
    """Whether it ends as soon as it is decided."""
    stop: Mapping[str, str] = field(default_factory=dict)

    @property
    def all_models(self) -> list[str]:
        """Every model, in the order in which errors number them."""
        return [*self.models, *lines_of(self.others)]

    def order(self) -> dict[str, object]:
        """What is asked of the server; fields that are empty are left out.

        Raises:
            BadJson: Where one of the fields of JSON is none.
        """
        asked: dict[str, object] = {
            "dataset": self.dataset,
            "models": self.all_models,
            "config": self._config(),
            "priority": self.priority,
            "labels": pairs_of(self.labels),
        }
        selection = {
            "split": self.split or None,
            "section": self.section or None,
            "ids": list(self.entries) or None,
        }
        optional: dict[str, object] = {
            "selection": {k: v for k, v in selection.items() if v is not None},
            "alias": self.alias,
            "plan": self.plan,
            "scorers": self._scorers(),
            "params": read_json(self.params, "params") if self.params else None,
            "start_at": _moment(self.start_at) if self.start_at else None,
        }
        return asked | {name: value for name, value in optional.items() if value}

    def order_key(self, asked: BaseModel) -> str:
        """Names this order: sent twice it launches one run, and changed after a way back another.

        Args:
            asked: What is ordered.
        """
        return digest_of(f"{self.key} {digest_of(canonical(asked))}".encode())

    def _config(self) -> dict[str, object]:
        config: dict[str, object] = {k: v for k, v in self.config.items() if v}
        if config.get("max_failed"):
            config["max_failed"] = number_or_text(str(config["max_failed"]))
        if self.stops:
            config["stop_when_decided"] = {k: v for k, v in self.stop.items() if v}
        return {**config, "cache": self.cache}

    def _scorers(self) -> list[object]:
        more = read_json(self.more_scorers, "scorers") if self.more_scorers else []
        judge = self.judge.asked()
        # What is no list goes to the server as it is, which says what would be right.
        listed = more if isinstance(more, list) else [more]
        return [*self.scorers, *listed, *([judge] if judge else [])]


def form_of_run(run: RunView, key: str) -> LaunchForm:
    """A form that launches the same once more."""
    config = run.config.model_dump(mode="json")
    rule = run.config.stop_when_decided
    chosen = run.selection
    plain = not any(each.params for each in run.scorers)
    return LaunchForm(
        key=key,
        dataset=f"{run.dataset}@{run.dataset_version}",
        split=(chosen.split or "") if chosen else "",
        section=(chosen.section or "") if chosen else "",
        entries=tuple(chosen.ids or ()) if chosen else (),
        models=tuple(f"{c.model}@{c.number}" for c in run.contenders if c.number is not None),
        others="\n".join(c.model for c in run.contenders if c.number is None),
        scorers=tuple(each.name for each in run.scorers) if plain else (),
        more_scorers=""
        if plain
        else as_json([{"name": s.name, "params": dict(s.params)} for s in run.scorers]),
        alias=run.alias or "",
        labels="\n".join(f"{name}: {value}" for name, value in run.labels.items()),
        params=as_json(dict(run.params)) if run.params else "",
        plan=run.plan or "",
        priority=run.priority,
        cache=run.config.cache,
        config={name: plain_number(config[name]) for name, _, _ in NUMBERS},
        stops=rule is not None and run.plan is None,
        stop={name: plain_number(getattr(rule, name, None)) for name, _, _ in STOPS},
    )


def errors_by_field(errors: Sequence[FieldError], models: Sequence[str] = ()) -> dict[str, str]:
    """What to say at each field of the form; what belongs to none stands under `form`."""
    known = {
        "dataset", "models", "scorers", "alias", "labels", "priority", "start_at", "selection",
        "params", "plan", *(name for name, _, _ in NUMBERS),
    }  # fmt: skip
    said: dict[str, str] = {}
    for each in errors:
        parts = [part for part in (each.field or "").split(".") if part != "body"]
        name = parts[1] if len(parts) > 1 and parts[0] == "config" else (parts or [""])[0]
        name = "stop" if name == "stop_when_decided" else name
        message = each.message
        if name in {"models", "scorers", "params"} and len(parts) > 1:
            message = f"{_which(name, parts, models)}: {message}"
        elif name == "stop" and len(parts) > 2:
            message = f"{parts[2]}: {message}"
        name = name if name in known | {"stop"} else "form"
        if name == "form" and each.field:
            message = f"{each.field}: {message}"
        said[name] = f"{said[name]}; {message}" if name in said else message
    return said


def _which(name: str, parts: Sequence[str], models: Sequence[str]) -> str:
    """The thing within a field that an error is about."""
    if name == "models" and parts[1].isdecimal() and int(parts[1]) < len(models):
        return models[int(parts[1])]
    if name == "scorers" and parts[1].isdecimal():
        return ".".join([f"scorer {int(parts[1]) + 1}", *parts[2:]])
    return ".".join(parts[1:])


def as_json(value: JsonValue) -> str:
    """JSON as people write it."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def plain_number(value: float | None) -> str:
    """A number as it is typed into a field; nothing for none."""
    return "" if value is None else f"{value:.12g}"


def number_or_text(text: str) -> float | str:
    """The number that a text says, or the text, of which the server says what is wrong."""
    try:
        return int(text) if text.isdecimal() else float(text)
    except ValueError:
        return text


def _moment(text: str) -> str:
    """With an offset; what is no moment goes to the server as it is, which says what is wrong."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
