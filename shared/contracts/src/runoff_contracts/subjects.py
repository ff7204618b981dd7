"""Every subject that Runoff speaks on: the log, the work queue, commands and signals."""

from runoff_contracts.ids import token

LOG_STREAM = "EVENTS"
LOG_SUBJECTS = [
    "runoff.dataset.>",
    "runoff.model.>",
    "runoff.run.>",
    "runoff.comparison.>",
    "runoff.plan.>",
]
WORK_STREAM = "WORK"
WORK_SUBJECTS = ["work.>"]
ANSWERS_STREAM = "ANSWERS"
ANSWERS_SUBJECTS = ["answers.>"]

ALL_LIFECYCLES = "runoff.run.*.lifecycle"
ALL_PROCESSED = "runoff.run.*.slice.*.processed"
ALL_ENTRIES = "runoff.run.*.entry.*"
ALL_SCORED = "runoff.run.*.slice.*.scored"
ALL_UPLOADS = "runoff.run.*.uploads"

PROJECTED = "runoff.signal.projected"
"""Core NATS, after each commit of the projector: what a waiting reader waits for."""


_RUN_SIGNALS = tuple(["runoff", "signal", name] for name in ("canceled", "paused", "verdict"))


def dataset(dataset_id: str) -> str:
    return f"runoff.dataset.{token(dataset_id)}"


def model(model_id: str) -> str:
    return f"runoff.model.{token(model_id)}"


def lifecycle(run_id: str) -> str:
    return f"runoff.run.{run_id}.lifecycle"


def uploads(run_id: str) -> str:
    """Predictions that were pushed while the run was under way."""
    return f"runoff.run.{run_id}.uploads"


def run_events(run_id: str) -> str:
    """Matches every event of one run."""
    return f"runoff.run.{run_id}.>"


def processed(run_id: str, slice_number: int) -> str:
    return f"runoff.run.{run_id}.slice.{slice_number}.processed"


def processed_of(run_id: str) -> str:
    return f"runoff.run.{run_id}.slice.*.processed"


def scored(run_id: str, slice_number: int) -> str:
    return f"runoff.run.{run_id}.slice.{slice_number}.scored"


def scored_of(run_id: str) -> str:
    return f"runoff.run.{run_id}.slice.*.scored"


def entry(run_id: str, index: int) -> str:
    """Further versions of one entry's answers, and reviews of all of them."""
    return f"runoff.run.{run_id}.entry.{index}"


def entries_of(run_id: str) -> str:
    return f"runoff.run.{run_id}.entry.*"


def scorecards(run_id: str) -> str:
    return f"runoff.run.{run_id}.scorecards"


def comparison(digest: str) -> str:
    return f"runoff.comparison.{token(digest)}"


def plan(digest: str) -> str:
    return f"runoff.plan.{token(digest)}"


def work(priority: str, run_id: str, slice_number: int) -> str:
    return f"work.{priority}.{run_id}.{slice_number}"


def work_of_priority(priority: str) -> str:
    return f"work.{priority}.>"


def work_of_run(run_id: str) -> str:
    return f"work.*.{run_id}.>"


def command(type_: str) -> str:
    """Where a command of that wire type is asked for, by request and reply."""
    return f"runoff.command.{type_}"


def canceled(run_id: str) -> str:
    """Core NATS: workers drop what they hold of this run."""
    return f"runoff.signal.canceled.{run_id}"


def paused(run_id: str) -> str:
    """Core NATS: workers let go of what they have not begun of a run, and begin no more of it."""
    return f"runoff.signal.paused.{run_id}"


def verdict(run_id: str) -> str:
    """Core NATS, at most twice a second: what may be said of a run's models so far."""
    return f"runoff.signal.verdict.{run_id}"


def worker_beat(worker: str) -> str:
    """Core NATS, each second: a worker is alive and says what it does."""
    return f"runoff.worker.{token(worker)}.beat"


def worker_lease(worker: str) -> str:
    """Core NATS: which work items a worker holds, so that a dead one's can be handed back."""
    return f"runoff.worker.{token(worker)}.lease"


def template(subject: str) -> str:
    """The subject with ids and numbers as `*`: for labels and span names, which must be few."""
    parts = subject.split(".")
    if parts[:2] == ["runoff", "run"] and len(parts) >= 4:
        parts[2] = "*"
        if (parts[3], len(parts)) in {("slice", 6), ("entry", 5)}:
            parts[4] = "*"
    elif parts[0] == "work" and len(parts) == 4:
        parts[2:] = ["*", "*"]
    elif parts[0] == "runoff" and parts[1:2] in (
        ["dataset"],
        ["model"],
        ["comparison"],
        ["plan"],
    ):
        parts[2:] = ["*"]
    elif parts[:2] == ["runoff", "worker"] or parts[:3] in _RUN_SIGNALS:
        parts[-1 if parts[1] == "signal" else 2] = "*"
    elif parts[0] == "_INBOX":
        return "_INBOX.*"
    return ".".join(parts)
