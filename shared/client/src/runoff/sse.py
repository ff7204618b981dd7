"""Server-sent events, read from bytes.

Not from httpx's lines: those also break at U+2028 and U+0085, which JSON may hold unescaped.
Source: WHATWG HTML, section 9.2 (event streams).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ServerSentEvent:
    """One event of a stream; `id` is None where the server gave none."""

    event: str
    data: str
    id: str | None = None


@dataclass
class _Open:
    """The event that is being read."""

    event: str = ""
    data: list[str] = field(default_factory=list)
    id: str | None = None

    def take(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self.data.append(value)
        elif name == "event":
            self.event = value
        elif name == "id":
            self.id = value

    def closed(self) -> ServerSentEvent:
        return ServerSentEvent(self.event or "message", "\n".join(self.data), self.id)


class EventParser:
    """Takes bytes as they come and gives the events that ended with them."""

    def __init__(self) -> None:
        self._buffer = b""
        self._open = _Open()

    def feed(self, chunk: bytes) -> Iterator[ServerSentEvent]:
        """Every event that has ended by now; one that the connection cuts off is never given."""
        for line in self._lines(chunk):
            if line:
                self._open.take(line)
                continue
            ended, self._open = self._open, _Open()
            if ended.data:
                yield ended.closed()

    def _lines(self, chunk: bytes) -> Iterator[str]:
        buffer = self._buffer + chunk
        # A carriage return at the very end may be the first half of CR LF: wait for the rest.
        held = b"\r" if buffer.endswith(b"\r") else b""
        whole = buffer.removesuffix(held) if held else buffer
        *lines, rest = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        self._buffer = rest + held
        yield from (line.decode(errors="replace") for line in lines)


def events_in(chunks: Iterable[bytes]) -> Iterator[ServerSentEvent]:
    """Every event that has ended; one that the connection cut off is dropped."""
    parser = EventParser()
    for chunk in chunks:
        yield from parser.feed(chunk)
