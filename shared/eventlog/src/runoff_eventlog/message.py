"""A message as the log holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from nats.aio.msg import Msg

from runoff_contracts.envelope import events_in
from runoff_contracts.event import Event


@dataclass(frozen=True)
class Message:
    """One message of the log; `events` reads its body, which costs, so it is done on demand."""

    seq: int
    subject: str
    headers: Mapping[str, str]
    body: bytes
    reply: str = ""
    """Where an acknowledgement goes; empty where the message was not read by a consumer."""

    @classmethod
    def delivered(cls, msg: Msg) -> Self:
        """From a consumer: the sequence stands in the reply subject."""
        return cls(
            int(msg.reply.split(".")[-4]), msg.subject, msg.headers or {}, msg.data, msg.reply
        )

    @classmethod
    def fetched(cls, msg: Msg) -> Self:
        """From a direct get: subject and sequence stand in headers."""
        headers = msg.headers or {}
        return cls(int(headers["Nats-Sequence"]), headers["Nats-Subject"], headers, msg.data)

    @property
    def time(self) -> datetime:
        """When its writer says that it happened."""
        return datetime.fromisoformat(self.headers["ce-time"])

    def events(self) -> list[tuple[str, Event]]:
        """Id and event, in the newest shape; several where the message holds a slice.

        Raises:
            MalformedMessage, UnknownEvent, pydantic.ValidationError: see `envelope.events_in`.
        """
        return events_in(self.subject, self.headers, self.body)
