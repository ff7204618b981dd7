"""Reads and decodes the images of entries, each once for all models, within a bound of memory."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PIL import Image

from runoff_inference_worker.errors import AttemptFailed, BadEntry
from runoff_inference_worker.images import decode, decoded, opened
from runoff_inference_worker.provider import Picture
from runoff_inference_worker.slots import Slots
from runoff_inference_worker.threads import Threads
from runoff_inference_worker.views import View
from runoff_objects.errors import ObjectDamaged, ObjectError, ObjectMissing
from runoff_objects.store import Objects

N_IN_HOP = 128
"""Images offered to a thread at once; large ones use up its time after the first."""
_SMALL_PIXELS = 256 * 256
_SMALL_S = 0.0005
_HERE_S = 0.005


@dataclass(slots=True)
class Pictured:
    """One entry's image as each of the models wants it."""

    by_view: dict[View | None, Picture]
    n_bytes: int
    size: tuple[int, int]
    """Width and height of the image itself, upright."""


class Memory:
    """Bytes of pictures that some model has not answered yet, over all runs of this worker."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit, self._used = limit_bytes, 0
        self._changed = asyncio.Event()

    @property
    def n_used(self) -> int:
        """Bytes kept now."""
        return self._used

    def take(self, n_bytes: int) -> None:
        """Count what is kept. It may go over the limit: room is asked for before the next."""
        self._used += n_bytes

    def give(self, n_bytes: int) -> None:
        """Count what is let go."""
        self._used -= n_bytes
        self._changed.set()

    async def room(self, on_wait: Callable[[], None]) -> None:
        """Wait until the kept bytes are below the limit.

        Args:
            on_wait: Called before each wait: models must not wait for more pictures meanwhile.
        """
        while self._used >= self._limit:
            on_wait()
            self._changed.clear()
            await self._changed.wait()


class Pictures:
    """Makes pictures out of stored files."""

    def __init__(self, objects: Objects, threads: Threads, *, max_pixels: int) -> None:
        self._objects, self._threads, self._max_pixels = objects, threads, max_pixels
        self._are_small = objects.is_local
        self._turns = Slots(1)

    async def of(
        self, files: Sequence[str], views: Sequence[View | None], *, rank: int = 0
    ) -> list[Pictured | AttemptFailed]:
        """Pictures of the first files, at least one, in order; what cannot be read says why.

        Args:
            files: Their digests.
            views: What the models want, each once.
            rank: Of the slice. Small images of the lower rank come first: by turns, all slices in
                hand would end together, and whoever reads the log would wait for them.
        """
        if self._are_small:
            await self._turns.take(rank)
            try:
                made = self._here(files, views)
                await asyncio.sleep(0)
            finally:
                self._turns.free()
            if made:
                return made
        if self._objects.is_local:
            calls = [partial(self._local, digest, views) for digest in files]
        else:
            contents = await self._fetch(files)
            calls = [partial(self._fetched, content, views) for content in contents]
        dones = await self._threads.serve(calls, limit_s=None)
        mean_s = sum(done.duration_s for done in dones) / len(dones)
        self._are_small = self._objects.is_local and mean_s < _SMALL_S
        return [done.value for done in dones]

    def _here(
        self, files: Sequence[str], views: Sequence[View | None]
    ) -> list[Pictured | AttemptFailed]:
        """In the event loop, as many as are small, for a moment.

        Threads that take turns on the interpreter move it from core to core: for images of some
        ten microseconds each that doubled the time of a run.
        """
        made: list[Pictured | AttemptFailed] = []
        until_s = time.perf_counter() + _HERE_S
        for digest in files:
            try:
                image = opened(self._read(digest), max_pixels=self._max_pixels)
                if image.width * image.height > _SMALL_PIXELS:
                    self._are_small = False
                    break
                made.append(_pictured(decoded(image), views))
            except BadEntry as error:
                made.append(error)
            if time.perf_counter() > until_s:
                break
        return made

    async def _fetch(self, files: Sequence[str]) -> list[bytes | BadEntry]:
        async with asyncio.TaskGroup() as group:
            gets = [group.create_task(self._get(digest)) for digest in files]
        return [get.result() for get in gets]

    async def _get(self, digest: str) -> bytes | BadEntry:
        try:
            return await self._objects.get(digest)
        except (ObjectMissing, ObjectDamaged) as error:
            return _unreadable(error)

    def _read(self, digest: str) -> bytes:
        try:
            return self._objects.read(digest)
        except (ObjectMissing, ObjectDamaged) as error:
            raise _unreadable(error) from error

    def _local(self, digest: str, views: Sequence[View | None]) -> Pictured:
        """In a thread."""
        return _pictured(decode(self._read(digest), max_pixels=self._max_pixels), views)

    def _fetched(self, content: bytes | BadEntry, views: Sequence[View | None]) -> Pictured:
        """In a thread."""
        if isinstance(content, BadEntry):
            raise content
        return _pictured(decode(content, max_pixels=self._max_pixels), views)


def _unreadable(error: ObjectError) -> BadEntry:
    return BadEntry(f"its file cannot be read: {error}")


def _pictured(image: Image.Image, views: Sequence[View | None]) -> Pictured:
    by_view: dict[View | None, Picture] = {}
    n_bytes = 0
    for view in views:
        if view is None:
            by_view[view] = image
            n_bytes += image.width * image.height * len(image.getbands())
        else:
            pixels = by_view[view] = view.of(image)
            n_bytes += pixels.nbytes
    return Pictured(by_view, n_bytes, image.size)
