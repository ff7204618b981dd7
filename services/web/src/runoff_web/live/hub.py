"""Frames for open pages: each is made once, and every browser only holds its place in the ring.

A slow browser costs nothing: what left the ring is told as `resync`, and it reads anew.
"""

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

N_FRAMES: Final = 256
PING_S: Final = 15.0


@dataclass(frozen=True)
class Frame:
    """One change of one topic, as it goes over the wire."""

    topic: str
    text: bytes


class Hub:
    """A ring of frames; ids are `<epoch>.<number>`, and another epoch is another process."""

    def __init__(self, *, size: int = N_FRAMES) -> None:
        self._frames: dict[int, Frame] = {}
        self._head, self._size = 0, size
        self._woken = asyncio.Event()
        self._epoch = secrets.token_hex(4)
        self.watched: Counter[str] = Counter()
        self.on_watch: Callable[[list[str]], None] = lambda _: None
        """Called with what somebody begins to watch: what moved on before he did was not told."""
        self._closed = False

    @property
    def mark(self) -> str:
        """Where the ring is: whoever reads a page now misses nothing from here on."""
        return f"{self._epoch}.{self._head}"

    def publish(self, topic: str, data: dict[str, object]) -> None:
        """Tell everybody who watches the topic."""
        self._head += 1
        body = json.dumps({"topic": topic, **data})
        text = f"id: {self.mark}\nevent: patch\ndata: {body}\n\n".encode()
        self._frames[self._head] = Frame(topic, text)
        self._frames.pop(self._head - self._size, None)
        self._wake()

    def close(self) -> None:
        """End every stream: a server that stops would wait for them."""
        self._closed = True
        self._wake()

    @contextmanager
    def viewing(self, topics: Iterable[str]) -> Iterator[None]:
        """Somebody watches these topics meanwhile."""
        watched = list(topics)
        self.watched.update(watched)
        self.on_watch(watched)
        try:
            yield
        finally:
            self.watched.subtract(watched)
            self.watched += Counter()  # drops what nobody watches any more

    async def stream(self, topics: frozenset[str], since: str | None) -> AsyncIterator[bytes]:
        """The events of one browser.

        Args:
            since: The id that it saw last; frames behind it come first, while the ring has them.
        """
        at = self._place(since)
        yield b"retry: 1000\n\n"
        while not self._closed:
            if at < self._head - self._size:
                at = self._head
                yield f"id: {self.mark}\nevent: resync\ndata: {{}}\n\n".encode()
            elif at < self._head:
                news = [self._frames[each] for each in range(at + 1, self._head + 1)]
                at = self._head
                if told := b"".join(each.text for each in news if each.topic in topics):
                    yield told
            else:
                woken = self._woken
                with suppress(TimeoutError):
                    async with asyncio.timeout(PING_S):
                        await woken.wait()
                    continue
                yield b": ping\n\n"

    def _place(self, since: str | None) -> int:
        if since is None:
            return self._head
        epoch, _, number = since.partition(".")
        if epoch == self._epoch and number.isdecimal() and len(number) < 16:
            return min(int(number), self._head)
        return -self._size - 1

    def _wake(self) -> None:
        woken, self._woken = self._woken, asyncio.Event()
        woken.set()
