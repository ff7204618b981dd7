"""A worker whose run has a judge: a language model behind a server that misbehaves on order."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from runoff_contracts import envelope
from runoff_contracts.events.entry import EntryProcessed, Judgement
from runoff_contracts.events.lifecycle import AnswersTaken, JudgeUsed, ScorerUsed
from runoff_contracts.run_config import RunConfig
from runoff_contracts.specs.llm import LlmSpec
from runoff_objects.entry_set import EntryRow
from runoff_testkit.llm_server import LlmServer
from runoff_testkit.llm_shapes import N_INPUT, N_OUTPUT
from runoff_testkit.waiting import eventually
from tests.integration.inference_worker.conftest import DIGEST, Asked, Bench, facts

PASSES = '<<{"reason": "polite", "points": 1}>>'
FAILS = '<<{"reason": "rude", "points": 0}>>'
FIRST = '<<{"reason": "shorter", "same_meaning": true, "better": "1"}>>'
COST_USD = (N_INPUT * 2.5 + N_OUTPUT * 10) / 1e6
"""Of one call, by the list price of openai/gpt-4o."""


@pytest.fixture
def server() -> Iterator[LlmServer]:
    with LlmServer(delay_s=0.01) as running:
        yield running


def row(name: str, a: str | None, b: str | None) -> EntryRow:
    """An entry with the answers of both contenders; an answer orders what the judge does."""
    said = {key: text for key, text in (("a", a), ("b", b)) if text is not None}
    return EntryRow(id=name, text=f"question {name}", target="Good day", metadata=said)


def judged(
    server: LlmServer, scorer: str = "judge", *, digest: str = DIGEST, **params: Any
) -> dict[str, Any]:
    """What a run with a judge has besides."""
    used = {"model": "openai/gpt-4o", "rubric": "Is it polite?", **params}
    judge = JudgeUsed(
        scorer=scorer,
        model="openai/gpt-4o",
        digest=digest,
        spec=LlmSpec(api="openai", base_url=server.openai),
    )
    scorers = [ScorerUsed(name=scorer, version=1, params=used)]
    return {"task": "text", "scorers": scorers, "judges": [judge]}


async def answered(
    bench: Bench, rows: list[EntryRow], *, config: RunConfig | None = None, **named: Any
) -> tuple[str, list[EntryProcessed]]:
    """Run id and facts of a run of two contenders over these entries, in one slice."""
    run_id = await bench.run(rows, "said_a", "said_b", config=config, **named)
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=len(rows))
        found = facts(await bench.slice(run_id, 0, deadline_s=60))
    return run_id, found


def judgement(event: EntryProcessed) -> Judgement:
    assert event.judgements is not None
    (found,) = event.judgements
    return found


async def test_every_answer_is_judged_once_and_equal_ones_together(
    bench: Bench, server: LlmServer
) -> None:
    """Two verdicts on one text would differ by the judge's mood alone."""
    rows = [row("1", f"a {PASSES}", f"b {FAILS}"), row("2", f"c {PASSES}", f"c {PASSES}")]

    _, (differ, same) = await answered(bench, rows, **judged(server))

    verdicts = [(each.contenders, each.points, each.reason) for each in judgement(differ).points]
    assert verdicts == [([0], 1, "polite"), ([1], 0, "rude")]
    assert [(each.contenders, each.points) for each in judgement(same).points] == [([0, 1], 1)]
    assert len(server.calls) == 3
    (call, *_) = server.calls
    assert call.body["response_format"]["type"] == "json_schema"
    assert "Is it polite?" in call.body["messages"][0]["content"]
    assert all(part in call.prompt for part in ("question", "Good day"))


@pytest.mark.parametrize("orders", ["#stall", "#429:30 #429:30"])
async def test_a_cancellation_does_not_wait_for_a_judge(
    bench: Bench, server: LlmServer, orders: str
) -> None:
    """What was answered is kept, with what the judge has said of it until then."""
    rows = [row("1", f"a {PASSES}", None), row("2", f"b {orders} {PASSES}", None)]
    run_id = await bench.run(rows, "said_a", **judged(server))
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=2)
        await eventually(lambda: len(server.calls) == 2, deadline_s=60, what="two questions")
        await eventually(lambda: server.n_under_way == orders.count("#stall"), what="an answer")
        began_s = time.monotonic()
        await bench.cancel(run_id)
        await bench.queue_is_empty(deadline_s=5)
        took_s = time.monotonic() - began_s
        first, second = facts(await bench.slice(run_id, 0))

    assert took_s < 1
    assert judgement(first).points[0].points == 1
    assert (second.predictions[0].is_answer, judgement(second).points) == (True, [])
    assert len(server.calls) == 2


async def test_a_judge_s_failures_are_kept_and_retried_like_any_model_s(
    bench: Bench, server: LlmServer
) -> None:
    """Bad JSON and a wrong schema are asked again; what is rejected stays without a verdict."""
    wrong = '#ok:0.01 <<{"reason": "", "points": 7}>>'
    rows = [
        row("1", f"a #badjson {PASSES}", f"b #429 {PASSES}"),
        row("2", f"c #400 {PASSES}", wrong),
    ]

    _, (first, second) = await answered(bench, rows, config=RunConfig(retries=1), **judged(server))

    errors = [
        [each.error.error_class if each.error else None for each in verdict.attempts]
        for event in (first, second)
        for verdict in judgement(event).points
    ]
    assert errors == [
        ["malformed_answer", None],
        ["rate_limit", None],
        ["rejected"],
        ["malformed_answer", "malformed_answer"],
    ]
    assert [each.points for each in judgement(first).points] == [1, 1]
    assert [each.points for each in judgement(second).points] == [None, None]
    assert all(each.is_answer for event in (first, second) for each in event.predictions)


async def test_a_pair_is_shown_in_both_orders_as_often_as_repeated(
    bench: Bench, server: LlmServer
) -> None:
    """A judge that always names the first place contradicts itself, and that can be seen."""
    rows = [row("1", f"a {FIRST}", f"b {FIRST}"), row("2", "same", "same")]

    _, (differ, same) = await answered(bench, rows, **judged(server, "judge_pairwise", repeats=2))

    pairs = [
        (each.first, each.second, each.repeat, each.better) for each in judgement(differ).pairs
    ]
    assert pairs == [
        (0, 1, 0, "first"),
        (1, 0, 0, "first"),
        (0, 1, 1, "first"),
        (1, 0, 1, "first"),
    ]
    (plain,) = judgement(same).pairs
    assert (plain.better, plain.same_meaning, plain.attempts) == ("tie", True, [])
    assert len(server.calls) == 4


async def test_what_failed_is_not_judged(bench: Bench, server: LlmServer) -> None:
    """There is nothing to say of no answer; the other one is judged all the same."""
    rows = [row("1", None, f"b {PASSES}"), row("2", None, None)]

    _, (half, none) = await answered(bench, rows, config=RunConfig(retries=0), **judged(server))

    assert [each.contenders for each in judgement(half).points] == [[1]]
    assert judgement(none).points == []
    assert len(server.calls) == 1


async def test_the_judge_s_cost_is_in_the_run_s_cost_and_not_in_a_contender_s(
    bench: Bench, server: LlmServer
) -> None:
    """The header is what budgets are watched by; a call that was charged and failed counts."""
    rows = [row("1", f"a #empty {PASSES}", f"b {PASSES}")]

    run_id, (event,) = await answered(bench, rows, **judged(server))

    costs = [each.cost_usd for each in judgement(event).points]
    assert costs == pytest.approx([2 * COST_USD, COST_USD])
    assert [each.cost_usd for each in event.predictions] == [None, None]
    header = (await bench.slice(run_id, 0)).headers[envelope.COST_USD]
    assert float(header) == pytest.approx(3 * COST_USD)


async def test_judging_anew_asks_the_new_judge_alone(
    bench: Bench, server: LlmServer, asked: Asked
) -> None:
    """The answers are taken over; so are the verdicts where the judge is the very same."""
    rows = [row("1", f"a {PASSES}", f"b {FAILS}"), row("2", f"c #400 {PASSES}", f"d {PASSES}")]
    old, before = await answered(bench, rows, **judged(server))
    n_asked, n_calls = len(asked()), len(server.calls)
    taken = AnswersTaken(run_id=old, what="all")

    again, same = await answered(bench, rows, answers_from=taken, **judged(server))
    n_same = len(server.calls) - n_calls
    _, other = await answered(
        bench, rows, answers_from=taken, **judged(server, digest="sha256:" + "1" * 64)
    )

    assert len(asked()) == n_asked
    # What failed is asked again even of the same judge, and by now the server answers.
    assert n_same == 1
    assert len(server.calls) == n_calls + 1 + 4
    assert [each.points for each in judgement(before[1]).points] == [None, 1]
    assert [each.points for each in judgement(same[1]).points] == [1, 1]
    assert [each.taken_from for event in same for each in judgement(event).points] == [
        *[old] * 2,
        *[None, old],
    ]
    assert {each.taken_from for event in other for each in judgement(event).points} == {None}
    header = (await bench.slice(again, 0)).headers[envelope.COST_USD]
    assert float(header) == pytest.approx(COST_USD)


async def test_repeats_are_asked_anew_though_answers_may_be_taken_from_before(
    bench: Bench, server: LlmServer
) -> None:
    """A kept verdict in place of a repeat would show a judge that always agrees with itself."""
    rows = [row("1", f"a {PASSES}", f"b {PASSES}")]
    seen = []
    for _ in range(2):
        _, (event,) = await answered(
            bench, rows, config=RunConfig(cache=True), **judged(server, repeats=3)
        )
        seen.append((len(server.calls), [each.cached for each in judgement(event).points]))

    assert seen == [(6, [False] * 6), (6, [True] * 6)]
