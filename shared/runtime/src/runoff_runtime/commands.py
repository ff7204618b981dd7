"""Commands by request and reply: one asks, one service of a queue group carries it out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from faststream.nats import NatsBroker, NatsMessage
from nats.aio.client import Client
from nats.errors import ConnectionClosedError, NoRespondersError
from pydantic import ValidationError

from runoff_contracts.commands import Accepted, Command, Refused, Reply
from runoff_contracts.problem import FieldError, Problem, problem
from runoff_contracts.subjects import command as command_subject
from runoff_eventlog.canceling import heeding
from runoff_eventlog.tracing import current_traceparent
from runoff_runtime.errors import NoAnswer

AnyCommand = TypeVar("AnyCommand", bound=Command)
Handler = Callable[[AnyCommand], Awaitable[Accepted | Problem]]

_AGAIN_S = 0.1

logger = structlog.get_logger(__name__)


def handle(
    broker: NatsBroker,
    command: type[AnyCommand],
    *,
    queue: str,
    handler: Handler[AnyCommand],
    n_at_once: int = 1,
) -> None:
    """Answer a command with what `handler` says of it.

    One after the other, in the order of their coming, but where `n_at_once` says otherwise: of
    commands that wait for others, one is not to hold up the rest.

    A body that is no such command is refused; an error of our own is logged and answered as
    such, so that nobody waits for a reply that never comes.
    """

    async def answer(body: bytes) -> bytes:
        try:
            asked = command.model_validate_json(body)
        except ValidationError as error:
            return _reply(_malformed(error))
        try:
            return _reply(await handler(asked))
        except Exception:
            logger.exception("command.failed", command=command.type, id=asked.command_id)
            return _reply(problem("internal", "The service could not carry out the command", 500))

    subject, title = command_subject(command.type), command.type
    if n_at_once == 1:
        broker.subscriber(subject, queue=queue, decoder=_as_bytes, title=title)(answer)
    else:
        broker.subscriber(
            subject, queue=queue, decoder=_as_bytes, title=title, max_workers=n_at_once
        )(answer)


async def ask(nc: Client, command: Command, *, timeout_s: float = 10.0) -> Reply:
    """Send a command and wait for its reply, again and again while nobody is there.

    Commands carry an id, so that sending one twice does it once.

    Raises:
        NoAnswer: When no service answered within the limit.
    """
    traceparent = current_traceparent()
    headers = {"traceparent": traceparent} if traceparent else None
    subject, body = command_subject(command.type), command.model_dump_json().encode()
    try:
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    request = nc.request(subject, body, timeout=timeout_s, headers=headers)
                    reply = await heeding(request)
                    return Reply.model_validate_json(reply.data)
                except (NoRespondersError, ConnectionClosedError, OSError):
                    await asyncio.sleep(_AGAIN_S)
    except TimeoutError as error:
        raise NoAnswer(command.type, waited_s=timeout_s) from error


def problem_of_validation(error: ValidationError) -> list[FieldError]:
    """Each thing that pydantic found wrong, by its dotted place."""
    return [
        FieldError(field=".".join(str(part) for part in each["loc"]), message=each["msg"])
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]


async def _as_bytes(message: NatsMessage) -> bytes:
    return message.body


def _malformed(error: ValidationError) -> Problem:
    return problem(
        "malformed-command",
        "The command is not well formed",
        422,
        errors=problem_of_validation(error),
    )


def _reply(outcome: Accepted | Problem) -> bytes:
    if isinstance(outcome, Problem):
        return Reply(outcome=Refused(problem=outcome)).model_dump_json().encode()
    return Reply(outcome=outcome).model_dump_json().encode()
