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


def events_in(chunks: Iterable[bytes]) -> Iterator[ServerSentEvent]:
    """Every event that has ended; one that the connection cut off is dropped."""
    current = _Open()
    for line in _lines(chunks):
        if line:
            current.take(line)
        elif current.data:
            yield current.closed()
            current = _Open()
        else:
            current = _Open()


def _lines(chunks: Iterable[bytes]) -> Iterator[str]:
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        # A carriage return at the very end may be the first half of CR LF: wait for the rest.
        held = b"\r" if buffer.endswith(b"\r") else b""
        whole = buffer.removesuffix(held) if held else buffer
        *lines, rest = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        buffer = rest + held
        yield from (line.decode(errors="replace") for line in lines)
