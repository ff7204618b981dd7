"""The AsyncAPI document: every channel that Runoff speaks on, with the schemas of its messages.

Source: AsyncAPI specification 3.0.0.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from runoff_contracts import subjects
from runoff_contracts.commands import Command, Reply
from runoff_contracts.documents.headers import CONTEXT_HEADERS, HEADERS, SLICE_HEADERS
from runoff_contracts.documents.schemas import REFERENCE, Schema, one_line, schemas_of
from runoff_contracts.envelope import BATCH_TYPE
from runoff_contracts.event import Event
from runoff_contracts.events import TYPES
from runoff_contracts.sequential import WatchedRun
from runoff_contracts.signals import Paused, Projected
from runoff_contracts.work import WorkerBeat, WorkerLease, WorkItem

Examples = Mapping[str, Any]
"""Golden files by event type: JSON (hence `Any`)."""

_PARAMETERS = {
    "dataset": "The dataset's name as one token: what is no letter, digit, `-` or `_` in `%` form.",
    "model": "The model's name as one token, in the same form.",
    "run": "The run's id.",
    "k": "Number of the slice within its run, from 0.",
    "n": "Place of the entry within its run, from 0.",
    "digest": "The document's digest as one token.",
    "priority": "`high`, `normal` or `low`.",
    "slice": "Number of the slice.",
    "worker": "The worker's name as one token.",
}

_SIGNALS: list[tuple[str, str, type[BaseModel] | None, str]] = [
    ("signal.projected", subjects.PROJECTED, Projected, "After each commit of the projector."),
    (
        "signal.canceled",
        subjects.canceled("{run}"),
        None,
        "Workers drop what they hold of this run. There is no body.",
    ),
    (
        "signal.paused",
        subjects.paused("{run}"),
        Paused,
        "Workers let go of what they have not begun of this run, and begin no more of it.",
    ),
    (
        "signal.verdict",
        subjects.verdict("{run}"),
        WatchedRun,
        "What may be said of a run's models so far; at most twice a second.",
    ),
    ("worker.beat", "runoff.worker.{worker}.beat", WorkerBeat, "Each second."),
    (
        "worker.lease",
        "runoff.worker.{worker}.lease",
        WorkerLease,
        "At each change, and each second.",
    ),
]


def asyncapi(*, version: str, examples: Examples) -> dict[str, Any]:
    """The whole document, ready to be written as JSON."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    for class_ in TYPES.classes:
        _add_event(channels, operations, class_, examples)
    channels["reply"] = {
        "address": None,
        "description": "The inbox of whoever asks.",
        "messages": {"reply": {"payload": _ref(Reply), "summary": _summary(Reply)}},
    }
    for command in commands():
        _add_command(channels, operations, command)
    _add_sent(
        channels,
        operations,
        "work",
        "work.{priority}.{run}.{slice}",
        WorkItem,
        f"Stream `{subjects.WORK_STREAM}`, in memory: each item goes to one worker.",
    )
    for name, address, model, description in _SIGNALS:
        _add_sent(channels, operations, name, address, model, description)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Runoff",
            "version": version,
            "description": "Everything that Runoff says and hears on NATS. "
            f"Events are in the JetStream stream `{subjects.LOG_STREAM}`; see `events.md`.",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"schemas": schemas_of(_classes())},
    }


def commands() -> list[type[Command]]:
    """Every command, in the order of their types."""
    return sorted(Command.__subclasses__(), key=lambda each: each.type)


def is_sliced(class_: type[Event]) -> bool:
    """Whether events of this class are appended as slices of entries."""
    return ".slice." in class_.subject_template


def type_of(class_: type[Event]) -> str:
    """The name of an event on the wire."""
    return str(class_.model_fields["type"].default)


def _classes() -> list[type[BaseModel]]:
    signals = [model for _, _, model, _ in _SIGNALS if model is not None]
    return [*TYPES.classes, *commands(), Reply, WorkItem, *signals]


def _add_event(
    channels: dict[str, Any], operations: dict[str, Any], class_: type[Event], examples: Examples
) -> None:
    address = re.sub(r"<(\w+)>", r"{\1}", class_.subject_template)
    name = re.sub(r"\.<\w+>", "", class_.subject_template).removeprefix("runoff.")
    channel = channels.setdefault(name, _channel(address, "A subject of the event log."))
    sliced = is_sliced(class_)
    channel["messages"][type_of(class_)] = {
        "name": type_of(class_),
        "title": class_.__name__,
        "summary": _summary(class_),
        "contentType": BATCH_TYPE if sliced else "application/json",
        "headers": _headers(sliced=sliced),
        "payload": _batch(class_) if sliced else _ref(class_),
        "correlationId": {"location": "$message.header#/Runoff-Correlation-Id"},
        "examples": [{"payload": examples[type_of(class_)]}],
    }
    operation = operations.setdefault(
        f"append.{name}",
        {"action": "send", "channel": {"$ref": f"#/channels/{name}"}, "messages": []},
    )
    operation["messages"].append({"$ref": f"#/channels/{name}/messages/{type_of(class_)}"})


def _add_command(
    channels: dict[str, Any], operations: dict[str, Any], command: type[Command]
) -> None:
    name = f"command.{command.type}"
    channels[name] = _channel(subjects.command(command.type), "Request and reply.")
    channels[name]["messages"][command.type] = {
        "name": command.type,
        "title": command.__name__,
        "summary": _summary(command),
        "payload": _ref(command),
    }
    operations[name] = {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{command.type}"}],
        "reply": {
            "channel": {"$ref": "#/channels/reply"},
            "messages": [{"$ref": "#/channels/reply/messages/reply"}],
        },
    }


def _add_sent(
    channels: dict[str, Any],
    operations: dict[str, Any],
    name: str,
    address: str,
    model: type[BaseModel] | None,
    description: str,
) -> None:
    channels[name] = _channel(address, description)
    channels[name]["messages"]["message"] = (
        {"payload": _ref(model), "summary": _summary(model)} if model else {"summary": description}
    )
    operations[f"send.{name}"] = {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/message"}],
    }


def _channel(address: str, description: str) -> dict[str, Any]:
    channel: dict[str, Any] = {"address": address, "description": description, "messages": {}}
    if names := re.findall(r"{(\w+)}", address):
        channel["parameters"] = {name: {"description": _PARAMETERS[name]} for name in names}
    return channel


def _headers(*, sliced: bool) -> Schema:
    known = {**HEADERS, **CONTEXT_HEADERS, **(SLICE_HEADERS if sliced else {})}
    return {
        "type": "object",
        "required": list(HEADERS),
        "properties": {
            name: {"type": "string", "description": text} for name, text in known.items()
        },
    }


def _batch(class_: type[Event]) -> Schema:
    texts = ("specversion", "id", "source", "type")
    return {
        "type": "array",
        "minItems": 1,
        "items": {
            "type": "object",
            "required": [*texts, "time", "data"],
            "properties": {
                **{name: {"type": "string"} for name in texts},
                "time": {"type": "string", "format": "date-time"},
                "data": _ref(class_),
            },
        },
    }


def _ref(model: type[BaseModel]) -> Schema:
    return {"$ref": REFERENCE + model.__name__}


def _summary(model: type[BaseModel]) -> str:
    return one_line((model.__doc__ or "").partition("\n\n")[0])
