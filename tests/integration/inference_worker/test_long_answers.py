"""Answers far longer than a slice was planned for."""

from __future__ import annotations

from runoff_contracts import envelope
from tests.integration.inference_worker.conftest import Asked, Bench, facts, texts


async def test_long_answers_of_a_first_slice_are_kept_whole(bench: Bench, asked: Asked) -> None:
    """Nothing is known of a model's answers before: 16 entries and two models are 3 MB."""
    run_id = await bench.run(texts(16), "long_text", "long_text", task="text")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=16)
        message = await bench.slice(run_id, 0, deadline_s=30)

    lengths = [len(each.text or "") for event in facts(message) for each in event.predictions]
    assert lengths == [90_000] * 32
    assert len(asked()) == 32


async def test_answers_that_fit_no_message_are_failed_attempts_and_not_asked_again(
    bench: Bench, asked: Asked
) -> None:
    """The slice settles with what fits; the rest says why it is not there."""
    run_id = await bench.run(texts(60), "long_text", task="text")
    async with bench.worker():
        await bench.hand_out(run_id, 0, start=0, n=60)
        message = await bench.slice(run_id, 0, deadline_s=60)
        await bench.queue_is_empty()

    answers = [event.predictions[0] for event in facts(message)]
    lost = [each for each in answers if not each.is_answer]
    assert len(answers) == 60
    assert 0 < len(lost) < 30
    assert message.headers[envelope.N_FAILED] == str(len(lost))
    for each in lost:
        error = each.attempts[-1].error
        assert error is not None
        assert "do not fit one message of the log" in error.message
    assert len(asked()) == 60
