"""Where a writer of whole files writes to when they are sent part by part."""


class Drain:
    """A file whose bytes can be taken away: Parquet and zip are written front to back."""

    closed = False

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._n_bytes = 0

    def write(self, data: bytes) -> int:
        """Take some bytes; pyarrow hands over views of memory that it uses again."""
        part = bytes(data)
        self._held.append(part)
        self._n_bytes += len(part)
        return len(part)

    def tell(self) -> int:
        """How many were written, those taken away included."""
        return self._n_bytes

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is to be closed."""

    def take(self) -> bytes:
        """What was written since the last call."""
        taken, self._held = b"".join(self._held), []
        return taken
