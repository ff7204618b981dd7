"""A slice: all contenders over its entries, each image decoded once, within bounds of memory."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from runoff_contracts.events.entry import EntryProcessed
from runoff_contracts.run_config import RunConfig
from runoff_contracts.work import WorkItem
from runoff_inference_worker import python_functions
from runoff_inference_worker.pictures import Memory, Pictures
from runoff_inference_worker.slices import Rest, Sheet, Slice
from runoff_inference_worker.threads import Threads
from tests.unit.inference_worker import functions
from tests.unit.inference_worker.making import (
    RUN_ID,
    a_kit,
    a_spec,
    an_image,
    answered,
    brightness_model,
    image_rows,
    onnx_contender,
    opened,
    opened_without_threads,
    python_contender,
    text_rows,
)
from tests.unit.inference_worker.virtual_time import VirtualTime


class Watched(Memory):
    """Remembers the most that was kept."""

    most = 0

    def take(self, n_bytes: int) -> None:
        super().take(n_bytes)
        self.most = max(self.most, self.n_used)


def labels(events: Sequence[EntryProcessed], position: int = 0) -> list[str | None]:
    return [event.predictions[position].label for event in events]


async def test_an_image_is_decoded_once_for_all_contenders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoding a photograph costs more than many a model."""
    kit = a_kit(tmp_path)
    n_opened = 0
    open_ = Image.open

    def counted(*args: Any, **kwargs: Any) -> Any:  # as Pillow's `open`
        nonlocal n_opened
        n_opened += 1
        return open_(*args, **kwargs)

    monkeypatch.setattr(Image, "open", counted)
    contenders = [
        await onnx_contender(kit, brightness_model(), a_spec()),
        await onnx_contender(kit, brightness_model(64), a_spec(width=8, height=8), 1),
        python_contender("size", 2),
    ]
    rows = await image_rows(kit, [an_image(color=color) for color in (255, 0, 200)])

    events = await answered(kit, await opened(kit, contenders), rows)

    assert n_opened == 3
    assert labels(events, 0) == labels(events, 1) == ["light", "dark", "light"]
    assert labels(events, 2) == ["L (8, 8)"] * 3


async def test_an_unreadable_image_fails_for_all_contenders_and_no_other(tmp_path: Path) -> None:
    """No model was asked, so none is blamed: one attempt of class bad_entry, no retry."""
    kit = a_kit(tmp_path, max_pixels=100)
    contenders = [
        await onnx_contender(kit, brightness_model(), a_spec()),
        python_contender("size", 1),
    ]
    contents = [an_image(color=255), b"", b"text", an_image(size=(11, 10)), an_image(color=0)]

    events = await answered(kit, await opened(kit, contenders), await image_rows(kit, contents))

    assert labels(events) == ["light", None, None, None, "dark"]
    for event in events[1:4]:
        for prediction in event.predictions:
            (attempt,) = prediction.attempts
            assert attempt.error is not None
            assert attempt.error.error_class == "bad_entry"
    too_large = events[3].predictions[1].attempts[0].error
    assert too_large is not None
    assert too_large.message == "image has 11 x 10 = 0.00011 megapixels, limit 0.0001"


async def test_a_lost_or_damaged_file_is_a_bad_entry(tmp_path: Path) -> None:
    """The store lost it: the other entries are answered."""
    kit = a_kit(tmp_path)
    rows = await image_rows(kit, [an_image(color=color) for color in (255, 0, 99)])
    digests = [row.file.removeprefix("sha256:") for row in rows if row.file]
    files = [tmp_path / "objects" / "sha256" / each[:2] / each[2:] for each in digests]
    files[0].unlink()
    files[1].write_bytes(b"something else")

    events = await answered(kit, await opened(kit, [python_contender("size")]), rows)

    assert labels(events) == [None, None, "L (8, 8)"]
    messages = [
        attempt.error.message
        for event in events
        for attempt in event.predictions[0].attempts
        if attempt.error
    ]
    assert [("no object" in message, "damaged" in message) for message in messages] == [
        (True, False),
        (False, True),
    ]


async def test_large_images_are_decoded_in_threads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop extends leases meanwhile; small ones go faster without the way there."""
    kit = a_kit(tmp_path)
    threads = Threads()
    n_hops = 0
    serve = threads.serve

    async def counted(*args: Any, **kwargs: Any) -> Any:  # as `serve`
        nonlocal n_hops
        n_hops += 1
        return await serve(*args, **kwargs)

    monkeypatch.setattr(threads, "serve", counted)
    pictures = Pictures(kit.objects, threads, max_pixels=10**8)
    small, large = await image_rows(kit, [an_image(), an_image("RGB", (1500, 1000), 7)])
    assert small.file is not None
    assert large.file is not None

    await pictures.of([small.file] * 10, [None])
    assert n_hops == 0
    await pictures.of([large.file], [None])
    assert n_hops == 1


async def test_memory_of_pictures_is_bounded(tmp_path: Path) -> None:
    """A slice of photographs does not fit at once; nor is a full batch waited for."""
    kit = a_kit(tmp_path)
    rows = await image_rows(
        kit, [an_image("RGB", (300, 300), (number, 0, 0)) for number in range(40)]
    )
    n_bytes = 300 * 300 * 3
    memory = Watched(4 * n_bytes)
    askers = await opened(kit, [python_contender("size")], RunConfig(batch_size=32))

    events = await answered(kit, askers, rows, memory=memory)

    assert labels(events) == ["RGB (300, 300)"] * 40
    assert memory.n_used == 0
    assert memory.most < 30 * n_bytes


async def test_a_rest_lies_between_two_entries(tmp_path: Path) -> None:
    """All contenders answer an entry, then the run rests on this worker, over all its slices."""
    kit = a_kit(tmp_path)
    config = RunConfig(sleep_s=0.05)
    askers = await opened(kit, [python_contender("recorded"), python_contender("texts", 1)], config)
    rest = Rest(config.sleep_s)
    functions.calls.clear()
    began_s = time.monotonic()

    async with asyncio.TaskGroup() as group:
        for rank in (1, 2):
            group.create_task(answered(kit, askers, text_rows("a", "b"), rank=rank, rest=rest))

    assert len(functions.calls) == 4
    assert time.monotonic() - began_s >= 3 * config.sleep_s


async def test_a_canceled_slice_has_what_every_contender_answered(tmp_path: Path) -> None:
    """An entry that one of them had not answered is no fact yet."""
    kit = a_kit(tmp_path)
    askers = await opened(kit, [python_contender("text"), python_contender("never", 1)])
    rows = text_rows("a", "stuck", "b")
    sheet = Sheet(WorkItem(run_id=RUN_ID, slice=0, start=7, n=3), rows, 2)
    slice_ = Slice(sheet, askers, rank=1, rest=None)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await slice_.answer(Pictures(kit.objects, Threads(), max_pixels=1), Memory(1))

    facts = sheet.facts("tester")
    assert [id_ for id_, _ in facts] == [f"{RUN_ID}:7:processed:1", f"{RUN_ID}:9:processed:1"]
    assert [event.entry_id for _, event in facts] == ["text-0", "text-2"]


async def test_an_entrys_fact_has_all_that_readers_need(tmp_path: Path) -> None:
    """Sections and splits are compared without a look at the dataset."""
    kit = a_kit(tmp_path)
    (row,) = text_rows("a")
    row = row.model_copy(update={"section": "s", "split": "test", "metadata": {"k": [1]}})
    askers = await opened(kit, [python_contender("text"), python_contender("raises", 1)])

    (event,) = await answered(kit, askers, [row])

    assert (event.entry_id, event.target, event.section, event.split) == (
        "text-0",
        "a",
        "s",
        "test",
    )
    assert event.metadata == {"k": [1]}
    assert [each.contender for each in event.predictions] == [0, 1]
    assert event.worker == "tester"


@pytest.mark.parametrize(("size", "n_in_hand"), [(1000, 1), (32, 4), (1, 128)])
def test_waiting_models_keep_every_slot_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, n_in_hand: int
) -> None:
    """1,000 entries of 50 ms at concurrency 64 are 16 rounds, wherever slices have their borders.

    The clock is a virtual one: it shows what slots wait for, not what this machine is busy with.
    """

    monkeypatch.setattr(python_functions, "perf_counter", lambda: asyncio.get_running_loop().time())

    async def answer_all() -> float:
        kit = a_kit(tmp_path)
        config = RunConfig(concurrency=64)
        askers = await opened_without_threads(kit, functions.after_50_ms, config)
        slices = [text_rows(*["x"] * min(size, 1000 - start)) for start in range(0, 1000, size)]
        waiting = list(enumerate(slices))
        waiting.reverse()

        async def work() -> None:
            while waiting:
                rank, rows = waiting.pop()
                await answered(kit, askers, rows, rank=rank)

        began_s = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for _ in range(n_in_hand):
                group.create_task(work())
        return asyncio.get_running_loop().time() - began_s

    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        elapsed_s = runner.run(answer_all())

    assert elapsed_s == pytest.approx(16 * 0.05, rel=0.01)


def test_pillow_is_not_told_of_limits_by_an_import() -> None:
    """Only the process that calls `set_up_pillow` changes what Pillow refuses."""
    look = (
        "import runoff_inference_worker.app; from PIL import Image; print(Image.MAX_IMAGE_PIXELS)"
    )
    limit = subprocess.run([sys.executable, "-c", look], check=True, capture_output=True, text=True)

    assert int(limit.stdout) > 0
