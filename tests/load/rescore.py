"""(h) Scoring 100,000 processed entries again, and scoring of detections an image.

The pure path, as a re-score takes it after the log was read: the bytes of processed slices become
scored slices, and these the scorecards and the report.
"""

import gc
import string
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import numpy as np

from runoff_contracts.answers import Box, Target
from runoff_contracts.envelope import Origin, batch, events_in
from runoff_contracts.events.entry import Attempt, EntryProcessed, EntryScored, Prediction
from runoff_contracts.events.lifecycle import Contender, DatasetUsed, RunCreated, ScorerUsed
from runoff_contracts.ids import new_run_id
from runoff_contracts.run_config import RunConfig
from runoff_contracts.scorers import DEFAULT_SCORERS
from runoff_contracts.task import Task
from runoff_eventlog.message import Message
from runoff_scoring.entries import score_slice
from runoff_scoring.report import Columns, Evidence, Unscored, make_report, parts_of
from runoff_scoring.scorecards import Scorecards, ScorecardsBuilder
from runoff_scoring.scorers import SCORERS
from tests.load.reporting import report

OF_TASK = {**DEFAULT_SCORERS, "classification": ("accuracy", "log_loss", "brier", "top_k")}
"""Those of a task, and for classification all that need no choice."""

_N_ENTRIES = 100_000
_N_IMAGES = 5_000
_SLICE = 250
_N_CONTENDERS = 2
_BOXES = 10
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ORIGIN = Origin(source="runoff/bench", time=_NOW)
_DIGEST = "sha256:" + 64 * "0"
Slice = tuple[str, dict[str, str], bytes]
"""Subject, headers and body, as the log holds it."""


def main() -> None:
    """Classification by entries a second, detection by time an image."""
    gc.set_threshold(50_000, 20, 100)  # as services have it (`runoff_runtime.process`)
    seconds = _rescore("classification", _N_ENTRIES)
    report("rescore", "entries_per_s", [_N_ENTRIES / seconds["scored"]], "entries/s")
    report("rescore", "report_entries_per_s", [_N_ENTRIES / seconds["report"]], "entries/s")
    seconds = _rescore("detection", _N_IMAGES)
    per_image = 1000 * seconds["scored"] / _N_IMAGES / _N_CONTENDERS
    report("rescore", "detection_score_per_image", [per_image], "ms")
    per_image = 1000 * seconds["report"] / _N_IMAGES / _N_CONTENDERS
    report("rescore", "detection_report_per_image", [per_image], "ms")


def _rescore(task: Task, n_entries: int) -> dict[str, float]:
    """Seconds for scored slices, and for scorecards and report from both kinds of slices."""
    created = _created(task, n_entries)
    processed = list(_packed("entry.processed", _processed(created)))
    scorers = [SCORERS[used.name, used.version].with_params({}) for used in created.scorers]
    started = time.perf_counter()
    scored = []
    for each in processed:
        entries = [event for _, event in events_in(*each) if isinstance(event, EntryProcessed)]
        headers, body = batch(
            score_slice(entries, scorers), id_="bench", origin=_ORIGIN, subject=each[0]
        )
        scored.append((each[0], headers, body))
    between = time.perf_counter()
    made = make_report(_evidence(created, processed, scored))
    made.model_dump_json()
    ended = time.perf_counter()
    assert len(made.metrics) > _N_CONTENDERS * len(scorers)
    return {"scored": between - started, "report": ended - between}


def _evidence(created: RunCreated, processed: list[Slice], scored: list[Slice]) -> Evidence:
    builder, columns, unscored = ScorecardsBuilder(created), Columns(created), Unscored()
    for each in scored:
        events = [event for _, event in events_in(*each) if isinstance(event, EntryScored)]
        builder.add(events)
        unscored.add(events)
    for each in processed:
        columns.add(parts_of(Message(0, *each)))
    return Evidence(created, Scorecards(**builder.arrays()), columns, unscored)


def _packed(kind: str, entries: Iterable[EntryProcessed]) -> Iterator[Slice]:
    part: list[tuple[str, EntryProcessed]] = []
    for entry in entries:
        part.append((f"{entry.index}", entry))
        if len(part) == _SLICE:
            yield (kind, *batch(part, id_=kind, origin=_ORIGIN, subject=kind))
            part = []


def _processed(created: RunCreated) -> Iterator[EntryProcessed]:
    rng = np.random.default_rng(1)
    made = _image if created.task == "detection" else _text
    for index in range(created.n_entries):
        target, predictions = made(rng, index)
        yield EntryProcessed(
            run_id=created.run_id,
            index=index,
            entry_id=f"entry-{index:07}",
            target=target,
            section=f"s{index % 5}",
            split="test",
            metadata={"camera": index % 7},
            predictions=predictions,
            worker="bench",
        )


def _text(rng: np.random.Generator, index: int) -> tuple[Target, list[Prediction]]:
    labels = string.ascii_lowercase[:10]
    return labels[index % 10], [
        _prediction(contender, *_listed(rng, labels)) for contender in range(_N_CONTENDERS)
    ]


def _listed(rng: np.random.Generator, labels: str) -> tuple[str, dict[str, float]]:
    drawn = rng.dirichlet(np.full(len(labels), 0.3))
    listed = {labels[place]: float(drawn[place]) for place in np.argsort(-drawn)}
    return next(iter(listed)), listed


def _prediction(contender: int, label: str, listed: dict[str, float]) -> Prediction:
    return Prediction(
        contender=contender,
        label=label,
        confidence=listed[label],
        probabilities=listed,
        latency_s=0.01,
        attempts=[Attempt(started_at=_NOW, duration_s=0.01)],
    )


def _image(rng: np.random.Generator, _: int) -> tuple[Target, list[Prediction]]:
    """Ten targets of five classes, and ten boxes near them by each contender."""
    places = rng.integers(0, 500, size=(_BOXES, 4)).tolist()
    target: Target = [
        {"label": str(i % 5), "x": x, "y": y, "width": width + 10, "height": height + 10}
        for i, (x, y, width, height) in enumerate(places)
    ]
    return target, [
        Prediction(
            contender=contender,
            boxes=[
                Box(
                    label=str(i % 5),
                    x=x + float(rng.normal(0, 5)),
                    y=y,
                    width=width + 10,
                    height=height + 10,
                    confidence=float(rng.random()),
                )
                for i, (x, y, width, height) in enumerate(places)
            ],
            latency_s=0.01,
            attempts=[Attempt(started_at=_NOW, duration_s=0.01)],
        )
        for contender in range(_N_CONTENDERS)
    ]


def _created(task: Task, n_entries: int) -> RunCreated:
    return RunCreated(
        run_id=new_run_id(now_s=0),
        command_id="bench",
        task=task,
        dataset=DatasetUsed(dataset="bench", number=1, digest=_DIGEST),
        entries=_DIGEST,
        n_entries=n_entries,
        contenders=[
            Contender(position=place, model=f"onnx/{place}", digest=_DIGEST)
            for place in range(_N_CONTENDERS)
        ],
        scorers=[ScorerUsed(name=name, version=1) for name in OF_TASK[task]],
        config=RunConfig(),
        priority="normal",
        created_at=_NOW,
    )


if __name__ == "__main__":
    main()
