"""The event log: append under a guard, read what a subject holds.

The only module that knows JetStream's headers for appends. The guard is the expected last
sequence of the subject; where it does not hold, the writer's own key in the last message tells
a repeated append (an acknowledgement was lost, or a second worker did the same) from a conflict.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nats.aio.client import Client
from nats.errors import (
    ConnectionClosedError,
    ConnectionDrainingError,
    MaxPayloadError,
    NoRespondersError,
    OutboundBufferLimitError,
)
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError, ServiceUnavailableError

from runoff_contracts import envelope
from runoff_contracts.envelope import SLICE_ID, Origin
from runoff_contracts.event import Event
from runoff_contracts.subjects import LOG_STREAM
from runoff_eventlog.canceling import heeding
from runoff_eventlog.errors import AppendTooLarge, ConflictingAppend, EventLogError, LogUnavailable
from runoff_eventlog.message import Message
from runoff_eventlog.tracing import current_traceparent

_EXPECTED = "Nats-Expected-Last-Subject-Sequence"
_WRONG_LAST_SEQUENCE = 10071
_DUPLICATE_IN_BATCH = 10201
_BATCH_INCOMPLETE = 10176
_DUPLICATE_UNDER_WAY = 10158
_BUSY = {429, 503}
_UNREACHABLE = (
    TimeoutError,
    OSError,
    NoRespondersError,
    ServiceUnavailableError,
    ConnectionClosedError,
    ConnectionDrainingError,
    OutboundBufferLimitError,
)
_ANSWER_S = 5.0
_TRIES = 6
_READ_MESSAGES = 1000
_READ_IDLE_S = 30.0
_READ_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Appended:
    """Where the last event of an append stands."""

    seq: int
    repeated: bool
    """The log had this very append already."""


class EventLog:
    """One process's view of the log."""

    def __init__(self, nc: Client, *, source: str) -> None:
        """Use an open connection; `source` names the service in each event (`runoff/scoring`)."""
        self.nc, self.js, self.source = nc, nc.jetstream(timeout=_ANSWER_S), source

    async def append(
        self,
        subject: str,
        events: Sequence[Event],
        *,
        append_id: str,
        expected_seq: int,
        correlation_id: str | None = None,
        causation_id: str | None = None,
    ) -> Appended:
        """Append events to one subject, all or none.

        Args:
            append_id: Makes a retry safe: an append that the log has under this id is not
                written again. Event ids are made of it.
            expected_seq: Last sequence of the subject that the decision was made on, 0 where
                nothing may stand there yet.

        Raises:
            ValueError: Without an event.
            ConflictingAppend: When another writer was first.
            LogUnavailable: When the server does not answer; the append may have happened.
        """
        if not events:
            raise ValueError(f"{subject}: there is nothing to append")
        origin = self._origin(correlation_id, causation_id)
        messages = [
            envelope.single(event, id_=f"{append_id}:{place}", origin=origin, subject=subject)
            for place, event in enumerate(events)
        ]
        for headers, _ in messages:
            headers[SLICE_ID] = append_id
        return await self._append(subject, messages, append_id, expected_seq)

    async def append_each(
        self,
        events: Sequence[tuple[str, Event]],
        *,
        append_id: str,
        expected_seqs: Mapping[str, int],
        correlation_id: str | None = None,
        causation_id: str | None = None,
    ) -> Appended:
        """Append events to subjects of their own, all or none, in one go.

        Args:
            events: Subject and event, at most 1,000; in order where several have one subject.
            append_id: As for `append`; a repeat is known by the first event's subject.
            expected_seqs: Last sequence of each subject; 0 where it is left out.

        Raises:
            ValueError, ConflictingAppend, LogUnavailable: as `append`.
        """
        if not events:
            raise ValueError("there is nothing to append")
        origin = self._origin(correlation_id, causation_id)
        messages, guarded = [], set[str]()
        for place, (subject, event) in enumerate(events):
            headers, body = envelope.single(
                event, id_=f"{append_id}:{place}", origin=origin, subject=subject
            )
            headers[SLICE_ID] = append_id
            if subject not in guarded:
                headers[_EXPECTED] = str(expected_seqs.get(subject, 0))
                guarded.add(subject)
            messages.append((subject, headers, body))
        first = events[0][0]
        return await self._append_all(messages, append_id, first, expected_seqs.get(first, 0))

    async def append_slice(
        self,
        subject: str,
        events: Sequence[tuple[str, Event]],
        *,
        slice_id: str,
        headers: Mapping[str, str],
        correlation_id: str | None = None,
        causation_id: str | None = None,
    ) -> Appended:
        """Append a slice of entry events as the one message that its subject may ever hold.

        Args:
            events: Event id and event, of one type.
            slice_id: Idempotency key: whoever finds it there already is answered `repeated`.
            headers: What readers want to know without reading the body.

        Raises:
            AppendTooLarge, ConflictingAppend, LogUnavailable: as `append`.
        """
        origin = self._origin(correlation_id, causation_id)
        # Here and not in a thread: a slice takes some 2 ms, and threads that pass the interpreter
        # to and fro cost more than that.
        made, body = envelope.batch(events, id_=slice_id, origin=origin, subject=subject)
        made |= {**headers, SLICE_ID: slice_id}
        return await self._append(subject, [(made, body)], slice_id, 0)

    async def read(self, subject: str, *, after_seq: int = 0) -> list[Message]:
        """Every message now in the log whose subject fits the filter, in order.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        return [
            message async for part in self.parts(subject, after_seq=after_seq) for message in part
        ]

    async def parts(self, subject: str, *, after_seq: int = 0) -> AsyncIterator[list[Message]]:
        """As `read`, in parts of some 16 MB: for what is too much to be held at once.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        more = True
        while more:
            part, more = await self._read_part(subject, after_seq + 1)
            if part:
                after_seq = part[-1].seq
                yield part

    async def read_first(self, subject: str) -> Message | None:
        """The oldest message whose subject fits the filter.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        found, _ = await self._read_part(subject, 1, n=1)
        return found[0] if found else None

    async def last(self, subject: str) -> Message | None:
        """The newest message of one subject."""
        try:
            raw = await heeding(self.js.get_msg(LOG_STREAM, subject=subject, direct=True))
        except NotFoundError:
            return None
        except _UNREACHABLE as error:
            raise LogUnavailable(f"reading {subject}") from error
        return Message(raw.seq or 0, raw.subject or subject, raw.headers or {}, raw.data or b"")

    async def last_seqs(self, subjects: Sequence[str]) -> dict[str, int]:
        """Sequence of the newest message of each of at most 1,000 subjects that has one.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        found: dict[str, int] = {}
        left, more = set(subjects), True
        while more and left:
            ask = {"multi_last": sorted(left), "batch": len(left), "max_bytes": _READ_BYTES}
            part, more = await self._direct(ask, "many subjects")
            found |= {each.subject: each.seq for each in part}
            left -= found.keys()
            more = more and bool(part)
        return found

    async def last_of_each(self, subject: str) -> list[Message]:
        """The newest message of every subject that fits the filter, without bodies.

        Raises:
            LogUnavailable: When the server does not answer.
        """
        try:
            made = self.js.add_consumer(
                LOG_STREAM,
                ConsumerConfig(
                    deliver_policy=DeliverPolicy.LAST_PER_SUBJECT,
                    ack_policy=AckPolicy.NONE,
                    filter_subject=subject,
                    headers_only=True,
                    mem_storage=True,
                    inactive_threshold=_READ_IDLE_S,
                ),
            )
            info = await heeding(made)
            bound = await heeding(self.js.pull_subscribe_bind(info.name, LOG_STREAM))
            found: list[Message] = []
            try:
                while len(found) < (info.num_pending or 0):
                    part = await heeding(bound.fetch(_READ_MESSAGES, timeout=_ANSWER_S))
                    found += [Message.delivered(msg) for msg in part]
            finally:
                if not self.nc.is_closed:
                    await bound.unsubscribe()
        except _UNREACHABLE as error:
            raise LogUnavailable(f"reading {subject}") from error
        return found

    async def last_seq(self) -> int:
        """Sequence of the newest message of the whole log, 0 where it is empty."""
        try:
            return (await heeding(self.js.stream_info(LOG_STREAM))).state.last_seq
        except _UNREACHABLE as error:
            raise LogUnavailable("asking for its last sequence") from error

    def _origin(self, correlation_id: str | None, causation_id: str | None) -> Origin:
        return Origin(
            source=self.source,
            time=datetime.now(UTC),
            correlation_id=correlation_id,
            causation_id=causation_id,
            traceparent=current_traceparent(),
        )

    async def _append(
        self,
        subject: str,
        messages: Sequence[tuple[dict[str, str], bytes]],
        append_id: str,
        expected_seq: int,
    ) -> Appended:
        messages[0][0][_EXPECTED] = str(expected_seq)
        sent = [(subject, headers, body) for headers, body in messages]
        return await self._append_all(sent, append_id, subject, expected_seq)

    async def _append_all(
        self,
        messages: Sequence[tuple[str, dict[str, str], bytes]],
        append_id: str,
        subject: str,
        expected_seq: int,
    ) -> Appended:
        """Append messages that carry their guards; `subject` tells whether they are there."""
        limit = self.nc.max_payload
        for _, headers, body in messages:
            n_bytes = len(body) + sum(len(key) + len(value) + 4 for key, value in headers.items())
            if n_bytes + 256 > limit:
                raise AppendTooLarge(subject, n_bytes=n_bytes, limit=limit)
        for attempt in range(_TRIES):
            try:
                answer = await self._send(messages)
            except MaxPayloadError as error:
                raise AppendTooLarge(subject, n_bytes=limit, limit=limit) from error
            except _UNREACHABLE:
                answer = {}
            if "seq" in answer and "error" not in answer:
                return Appended(int(answer["seq"]), repeated=bool(answer.get("duplicate")))
            error_code = answer.get("error", {}).get("err_code")
            if error_code in {_WRONG_LAST_SEQUENCE, _DUPLICATE_IN_BATCH}:
                return await self._who_was_first(subject, append_id, expected_seq)
            if not _may_pass(answer):
                raise EventLogError(f"{subject}: {answer['error'].get('description')}")
            # The outcome may be unknown; sending again is safe, since the guard decides.
            await asyncio.sleep(0.1 * 2**attempt)
        raise LogUnavailable(f"appending to {subject}")

    async def _send(self, messages: Sequence[tuple[str, dict[str, str], bytes]]) -> dict[str, Any]:
        """Send one message, or several as an atomic batch; answer what the server says.

        The answer is the server's JSON, of a shape that its version decides (hence `Any`).
        """
        batch_id, last = secrets.token_hex(16), len(messages)
        for place, (subject, headers, body) in enumerate(messages, start=1):
            sent = dict(headers)
            if last > 1:
                sent |= {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(place)}
            if place < last:
                await self.nc.publish(subject, body, headers=sent)
                continue
            if last > 1:
                sent["Nats-Batch-Commit"] = "1"
            request = self.nc.request(subject, body, timeout=_ANSWER_S, headers=sent)
            reply = await heeding(request)
        return dict(json.loads(reply.data))

    async def _who_was_first(self, subject: str, append_id: str, expected_seq: int) -> Appended:
        last = await self.last(subject)
        if last is not None and last.headers.get(SLICE_ID) == append_id:
            return Appended(last.seq, repeated=True)
        raise ConflictingAppend(
            subject, expected_seq=expected_seq, last_seq=last.seq if last else 0
        )

    async def _read_part(
        self, subject: str, first_seq: int, *, n: int = _READ_MESSAGES
    ) -> tuple[list[Message], bool]:
        """One batched direct get: messages, and whether more are there."""
        ask: dict[str, object] = {
            "batch": n,
            "max_bytes": _READ_BYTES,
            "next_by_subj": subject,
            "seq": first_seq,
        }
        return await self._direct(ask, subject)

    async def _direct(self, ask: Mapping[str, object], subject: str) -> tuple[list[Message], bool]:
        inbox = self.nc.new_inbox()
        subscription = await self.nc.subscribe(inbox)
        found: list[Message] = []
        try:
            await self.nc.publish(
                f"$JS.API.DIRECT.GET.{LOG_STREAM}", json.dumps(ask).encode(), reply=inbox
            )
            while True:
                msg = await heeding(subscription.next_msg(_ANSWER_S))
                status = (msg.headers or {}).get("Status")
                if status is None:
                    found.append(Message.fetched(msg))
                elif status == "204":
                    return found, int((msg.headers or {}).get("Nats-Num-Pending", "0")) > 0
                elif status == "404":
                    return found, False
                else:
                    raise LogUnavailable(f"reading {subject}: {msg.headers}")
        except _UNREACHABLE as error:
            raise LogUnavailable(f"reading {subject}") from error
        finally:
            if not self.nc.is_closed:
                await subscription.unsubscribe()


def _may_pass(answer: Mapping[str, Any]) -> bool:
    """Whether a refusal says nothing against the append itself; no answer at all is one, too."""
    error = answer.get("error", {})
    return (
        not error
        or error.get("code") in _BUSY
        # A server that was restarted in the middle of a batch knows its end alone.
        or error.get("err_code") in {_BATCH_INCOMPLETE, _DUPLICATE_UNDER_WAY}
    )
