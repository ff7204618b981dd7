"""Commands by request and reply: every one is answered, and an answer says what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import nats
import pytest
import pytest_asyncio
from faststream.nats import NatsBroker
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import NoRespondersError
from pydantic import SecretStr

from runoff_contracts.commands import Accepted, CancelRun, Refused, Reply
from runoff_contracts.problem import Problem, problem
from runoff_contracts.subjects import command as subject_of
from runoff_runtime.broker import make_broker
from runoff_runtime.commands import ask, handle
from runoff_runtime.errors import NoAnswer
from runoff_runtime.settings import ServiceSettings
from runoff_testkit.servers import Server
from runoff_testkit.waiting import eventually

RUN = "01936f2a-7c40-7b1e-9d53-0a4f6c2e8b17"
ORDER = CancelRun(
    command_id="c-1", sent_at=datetime(2026, 11, 21, tzinfo=UTC), run_id=RUN, reason="wrong"
)
SUBJECT = subject_of(CancelRun.type)

Handler = Callable[[CancelRun], Awaitable[Accepted | Problem]]


@pytest_asyncio.fixture
async def nc(nats_server: Server) -> AsyncIterator[Client]:
    connection = await nats.connect(nats_server.url, max_reconnect_attempts=-1)
    yield connection
    await connection.close()


@asynccontextmanager
async def served(
    server: Server, handler: Handler, *, n_at_once: int = 1
) -> AsyncIterator[NatsBroker]:
    settings = ServiceSettings(nats_url=SecretStr(server.url))
    broker = make_broker(settings, name="tests")
    handle(broker, CancelRun, queue="tests", handler=handler, n_at_once=n_at_once)
    await broker.start()
    try:
        yield broker
    finally:
        await broker.stop()


async def request(nc: Client, body: bytes) -> bytes:
    """Ask with any body; a broker that was just started subscribes a moment later."""

    async def answer() -> Msg | None:
        try:
            return await nc.request(SUBJECT, body, timeout=5)
        except NoRespondersError:
            return None

    found = await eventually(answer)
    assert found is not None
    return found.data


async def accept(_: CancelRun) -> Accepted:
    return Accepted(seq=7, data={"run_id": RUN})


async def test_an_order_that_is_carried_out_is_accepted(nc: Client, nats_server: Server) -> None:
    """The handler gets the command as it was sent; the asker gets its answer."""
    seen: list[CancelRun] = []

    async def note(command: CancelRun) -> Accepted:
        seen.append(command)
        return await accept(command)

    async with served(nats_server, note):
        reply = await ask(nc, ORDER)

    assert seen == [ORDER]
    assert reply.outcome == Accepted(seq=7, data={"run_id": RUN})


async def test_an_order_that_is_refused_says_why(nc: Client, nats_server: Server) -> None:
    """As the problem that the API hands on."""
    why = problem("unknown-run", "There is no such run", 404)

    async def refuse(_: CancelRun) -> Problem:
        return why

    async with served(nats_server, refuse):
        assert (await ask(nc, ORDER)).outcome == Refused(problem=why)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"{", ""),
        (b"\xff\xfe\x00", ""),
        (b"[]", ""),
        (b"null", ""),
        (b'{"command_id":"c","sent_at":"2026-11-21T00:00:00Z","run_id":"7"}', "run_id"),
        (
            f'{{"command_id":"c","sent_at":"2026-11-21T00:00:00Z","run_id":"{RUN}","x":1}}'.encode(),
            "x",
        ),
    ],
)
async def test_a_body_that_is_no_such_order_is_refused(
    nc: Client, nats_server: Server, body: bytes, field: str
) -> None:
    """With the field that is wrong; the handler never sees it."""

    async def never(_: CancelRun) -> Accepted:
        raise AssertionError("called")

    async with served(nats_server, never):
        raw = await request(nc, body)

    outcome = Reply.model_validate_json(raw).outcome
    assert isinstance(outcome, Refused)
    assert (outcome.problem.status, outcome.problem.type) == (
        422,
        "urn:runoff:problem:malformed-command",
    )
    assert [error.field for error in outcome.problem.errors] == [field]


async def test_an_error_of_our_own_is_answered_without_its_insides(
    nc: Client, nats_server: Server
) -> None:
    """Nobody waits for a reply that never comes, and nobody reads our paths and passwords."""

    async def fail(_: CancelRun) -> Accepted:
        raise ValueError("could not open /srv/secret with password hunter2")

    async with served(nats_server, fail):
        raw = await request(nc, ORDER.model_dump_json().encode())
        again = await ask(nc, ORDER)

    outcome = Reply.model_validate_json(raw).outcome
    assert isinstance(outcome, Refused)
    assert isinstance(again.outcome, Refused)
    assert outcome.problem.status == 500
    for inside in (b"hunter2", b"secret", b"ValueError", b"Traceback"):
        assert inside not in raw


async def test_without_a_service_the_asker_learns_so_in_time(nc: Client) -> None:
    """As an error that says to try again."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    with pytest.raises(NoAnswer, match=r"run\.cancel within 0\.3 s"):
        await ask(nc, ORDER, timeout_s=0.3)

    assert loop.time() - started < 1.5


async def test_a_service_that_never_answers_is_given_up(nc: Client, nats_server: Server) -> None:
    """A handler that hangs must not hang its asker."""

    async def hang(_: CancelRun) -> Accepted:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    async with served(nats_server, hang) as broker:
        broker.config.broker_config.graceful_timeout = 0.1
        with pytest.raises(NoAnswer):
            await ask(nc, ORDER, timeout_s=0.3)


async def test_an_order_waits_for_a_service_that_is_just_starting(
    nc: Client, nats_server: Server
) -> None:
    """A restart of run-manager is no error of whoever launches a run at that moment."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        asking = group.create_task(ask(nc, ORDER, timeout_s=10))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(asking), 0.25)
        await stack.enter_async_context(served(nats_server, accept))
        reply = await asking

    assert reply.outcome == Accepted(seq=7, data={"run_id": RUN})


async def test_one_of_several_services_carries_an_order_out(
    nc: Client, nats_server: Server
) -> None:
    """Two copies of a service share the orders: none is carried out twice."""
    counts = [0, 0]

    def counting(number: int) -> Handler:
        async def count(command: CancelRun) -> Accepted:
            counts[number] += 1
            return await accept(command)

        return count

    async with served(nats_server, counting(0)), served(nats_server, counting(1)):
        for _ in range(30):
            await ask(nc, ORDER)

    assert sum(counts) == 30
    assert min(counts) > 0


@pytest.mark.parametrize("n_at_once", [1, 3])
async def test_commands_wait_for_each_other_unless_several_are_taken_at_once(
    nc: Client, nats_server: Server, n_at_once: int
) -> None:
    """A launch waits for a worker that loads a model; others are not to wait for that."""
    under_way: list[str] = []
    most, go = 0, asyncio.Event()

    async def wait(command: CancelRun) -> Accepted:
        nonlocal most
        under_way.append(command.command_id)
        most = max(most, len(under_way))
        if len(under_way) == n_at_once:
            go.set()
        await go.wait()
        under_way.remove(command.command_id)
        return Accepted(seq=7)

    async with served(nats_server, wait, n_at_once=n_at_once):
        orders = [ORDER.model_copy(update={"command_id": f"c-{place}"}) for place in range(6)]
        replies = await asyncio.gather(*[ask(nc, order, timeout_s=20) for order in orders])

    assert all(isinstance(reply.outcome, Accepted) for reply in replies)
    assert most == n_at_once
