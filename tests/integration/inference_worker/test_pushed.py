"""A live contender: its predictions are found by what the log says of them."""

from __future__ import annotations

from datetime import UTC, datetime

from runoff_contracts import subjects
from runoff_contracts.event import Event
from runoff_contracts.events.entry import EntryProcessed, Prediction
from runoff_contracts.events.lifecycle import AnswersTaken, Contender
from runoff_contracts.events.uploads import PredictionsUploaded
from runoff_contracts.model_spec import UploadSpec
from runoff_contracts.pushed import Marked, mark_of
from runoff_contracts.uploads import UploadedAnswer
from tests.integration.inference_worker.conftest import DIGEST, Bench, facts, texts

N = 12


def live(position: int) -> Contender:
    return Contender(
        position=position,
        model=f"upload/live-{position}",
        number=1,
        digest=DIGEST,
        spec=UploadSpec(task="classification", live=True),
    )


async def push(bench: Bench, run_id: str, contender: int, rows: dict[int, UploadedAnswer]) -> None:
    """As the API stores a batch and run-manager says it."""
    file = await bench.objects.put(b"".join(row.line + b"\n" for row in rows.values()))
    event: Event = PredictionsUploaded(
        run_id=run_id,
        contender=contender,
        file=file,
        rows=Marked.of(
            [
                (place, mark_of(row.line, is_answer=row.is_answer))
                for place, row in sorted(rows.items())
            ]
        ),
        uploaded_at=datetime.now(UTC),
    )
    subject = subjects.uploads(run_id)
    last = await bench.log.last(subject)
    await bench.log.append(subject, [event], append_id=file, expected_seq=last.seq if last else 0)


def says(place: int, label: str) -> UploadedAnswer:
    return UploadedAnswer(entry_id=f"text-{place}", label=label)


async def answers(bench: Bench, run_id: str, number: int, start: int, n: int) -> list[Prediction]:
    """What the contenders have in a slice, contender by contender within an entry."""
    await bench.hand_out(run_id, number, start=start, n=n)
    found: list[EntryProcessed] = facts(await bench.slice(run_id, number))
    return [each for event in found for each in event.predictions]


def message(prediction: Prediction) -> str:
    (attempt,) = prediction.attempts
    assert attempt.error is not None
    return attempt.error.message


async def test_each_entry_has_the_row_that_was_pushed_for_it(bench: Bench) -> None:
    """By contender; out of many small files, some of which came after the run was opened."""
    run_id = await bench.run(texts(N), live(0), live(1))
    for place in range(0, 6):
        await push(bench, run_id, 0, {place: says(place, f"a{place}")})
    await push(bench, run_id, 1, {place: says(place, "b") for place in range(5)})
    async with bench.worker():
        first = await answers(bench, run_id, 0, 0, 6)
        await push(bench, run_id, 0, {place: says(place, "late") for place in range(6, N)})
        second = await answers(bench, run_id, 1, 6, 6)

    assert [each.label for each in first[::2]] == [f"a{place}" for place in range(6)]
    assert [each.label for each in first[1::2]] == ["b"] * 5 + [None]
    assert message(first[-1]) == "no prediction was uploaded"
    assert [each.label for each in second[::2]] == ["late"] * 6


async def test_a_retry_finds_what_was_pushed_to_the_runs_before_it(bench: Bench) -> None:
    """Answers that no slice came to; what failed there is its own to bring."""
    first = await bench.run(texts(N), live(0))
    await push(bench, first, 0, {0: says(0, "first"), 1: says(1, "first")})
    await push(bench, first, 0, {2: UploadedAnswer(entry_id="text-2", error="no memory")})
    second = await bench.run(
        texts(N), live(0), answers_from=AnswersTaken(run_id=first, what="answered")
    )
    await push(bench, second, 0, {3: says(3, "second")})
    third = await bench.run(
        texts(N), live(0), answers_from=AnswersTaken(run_id=second, what="answered")
    )
    await push(bench, third, 0, {2: says(2, "third")})
    async with bench.worker():
        made = await answers(bench, third, 0, 0, 4)

    assert [each.label for each in made] == ["first", "first", "third", "second"]


async def test_a_file_that_is_gone_fails_its_entries_alone(bench: Bench) -> None:
    """With the reason; the other contender answers."""
    run_id = await bench.run(texts(N), live(0), "text")
    rows = {place: says(place, "x") for place in range(4)}
    await push(bench, run_id, 0, rows)
    for path in (bench.folder / "sha256").rglob("*"):
        if path.is_file() and b'"label"' in path.read_bytes():
            path.unlink()
    async with bench.worker():
        made = await answers(bench, run_id, 0, 0, 4)

    assert [each.label for each in made[1::2]] == [f"t{place}" for place in range(4)]
    assert "what was pushed is gone" in message(made[0])
