"""What can go wrong with the log.

EventLogError
├── ConflictingAppend  another writer was first: load again and decide anew
├── LogUnavailable     no answer in time (transient): try again later
├── AppendTooLarge     a message over the server's limit (permanent): cut smaller slices
└── LogGuard           the log is not the one that the checkpoints speak of: an operator decides
    ├── LogGone        checkpoints exist and the stream does not
    ├── LogBehind      the log ends before a checkpoint
    └── LogReplaced    another log stands in its place
"""


class EventLogError(Exception):
    """Base of everything that the log raises."""


class ConflictingAppend(EventLogError):
    """Another writer appended to this subject first: load it again and decide anew."""

    def __init__(self, subject: str, *, expected_seq: int, last_seq: int) -> None:
        super().__init__(f"{subject}: expected last sequence {expected_seq}, found {last_seq}")
        self.subject, self.expected_seq, self.last_seq = subject, expected_seq, last_seq


class LogUnavailable(EventLogError):
    """The server did not answer within the limit; the append may or may not have happened.

    Appending again with the same ids is safe: the log finds what it has.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"the event log did not answer: {what}")


class AppendTooLarge(EventLogError):
    """The message is over the limit of the server: send fewer entries in a slice."""

    def __init__(self, subject: str, *, n_bytes: int, limit: int) -> None:
        super().__init__(f"{subject}: {n_bytes} bytes are over the limit of {limit}")
        self.n_bytes, self.limit = n_bytes, limit


class LogGuard(EventLogError):
    """Starting would hide a loss: restore the log, or accept the one that is there."""


class LogGone(LogGuard):
    """Read models were built from a log that is no longer there."""

    def __init__(self, *, checkpoint_seq: int) -> None:
        super().__init__(
            f"the event log is gone, but read models were built from it up to sequence "
            f"{checkpoint_seq}. Restore the log's store, or start over with --accept-log, "
            f"which empties the read models."
        )


class LogBehind(LogGuard):
    """The log lost its end: new events would take sequences that were already projected."""

    def __init__(self, *, last_seq: int, checkpoint_seq: int) -> None:
        super().__init__(
            f"the event log ends at sequence {last_seq}, but read models were built up to "
            f"{checkpoint_seq}: its end was lost. Restore the log's store, or accept the loss "
            f"with --accept-log, which builds the read models anew from what is left."
        )


class LogReplaced(LogGuard):
    """The stream is not the one that the read models were built from."""

    def __init__(self, *, log_id: str, checkpoint_log_id: str) -> None:
        super().__init__(
            f"the event log is {log_id}, but read models were built from {checkpoint_log_id}. "
            f"Point to the right log, or accept this one with --accept-log, which builds the "
            f"read models anew from it."
        )
