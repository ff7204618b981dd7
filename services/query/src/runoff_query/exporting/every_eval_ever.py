"""Every Eval Ever, schema 0.3.0: a zip with an aggregate document and samples for each contender.

The paths are those of its data repository, `data/<dataset>/<developer>/<model>/<uuid>.json` and
`…_samples.jsonl`. Source: github.com/evaleval/every_eval_ever, `eval.schema.json` and
`instance_level_eval.schema.json`.
"""

import hashlib
import math
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Final
from uuid import UUID

import pydantic_core

from runoff_contracts.answers import Target
from runoff_contracts.events.entry import Prediction, Score
from runoff_contracts.scorers import higher_is_better, is_pass_fail
from runoff_contracts.views import ContenderView, EntryView, RunView
from runoff_objects.entry_set import EntryRow
from runoff_query.exporting.drain import Drain
from runoff_query.exporting.lines import json_text
from runoff_query.exporting.reasons import judged, words_of
from runoff_query.exporting.rows import Paired, last_error

SCHEMA: Final = "0.3.0"
_UNKNOWN: Final = "unknown"
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)

Document = dict[str, Any]
"""JSON in the shape of a schema that is not ours."""


@dataclass
class _Mean:
    """Mean and standard error, added up a value at a time."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        self.n += 1
        self.total += value
        self.squares += value * value

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def standard_error(self) -> float | None:
        """Of the mean: the sample's deviation over the root of n; none for a single value."""
        if self.n < 2:
            return None
        variance = max(self.squares - self.total * self.total / self.n, 0.0) / (self.n - 1)
        return math.sqrt(variance / self.n)


@dataclass
class _Open:
    """The contender whose samples are being written."""

    contender: ContenderView
    evaluation_id: str
    path: str
    member: Any  # what zipfile gives to write to, which typeshed calls IO[bytes]
    sha: Any = field(default_factory=hashlib.sha256)  # hashlib's own type is private
    n_rows: int = 0
    means: dict[str, _Mean] = field(default_factory=dict)


class EveryEvalEver:
    """Written contender by contender, so that each passes over all entries once."""

    media_type = "application/zip"
    suffix = "zip"

    def __init__(self, run: RunView) -> None:
        self._run = run
        self._drain = Drain()
        self._zip = zipfile.ZipFile(self._drain, "w", zipfile.ZIP_DEFLATED)
        self._open: _Open | None = None

    def begin(self, contender: ContenderView) -> None:
        """Start on a contender's samples."""
        run = self._run
        name = contender.model + (f"@{contender.number}" if contender.number else "")
        made = hashlib.sha256(f"{run.run_id}:{contender.position}".encode()).digest()
        developer, _, model = contender.model.partition("/")
        folder = "/".join(["data", *map(_segment, (run.dataset, developer, model))])
        path = f"{folder}/{UUID(bytes=made[:16], version=4)}"
        member = self._zip.open(_info(f"{path}_samples.jsonl"), "w", force_zip64=True)
        created_s = int(run.created_at.timestamp())
        self._open = _Open(contender, f"{run.dataset}/{name}/{created_s}", path, member)

    def page(self, pairs: Iterable[Paired]) -> bytes:
        """Some samples of the contender begun last."""
        one = self._begun()
        for entry, asked in pairs:
            for line in _samples(one, self._run, entry, asked):
                text = pydantic_core.to_json(line) + b"\n"
                one.sha.update(text)
                one.member.write(text)
                one.n_rows += 1
        return self._drain.take()

    def finish(self) -> bytes:
        """The contender's aggregate document, which says the digest of its samples."""
        one = self._begun()
        one.member.close()
        document = pydantic_core.to_json(_aggregate(one, self._run), indent=2)
        self._zip.writestr(_info(f"{one.path}.json"), document)
        self._open = None
        return self._drain.take()

    def end(self) -> bytes:
        """The zip's directory."""
        self._zip.close()
        return self._drain.take()

    def _begun(self) -> _Open:
        if self._open is None:
            raise RuntimeError("no contender was begun")
        return self._open


def _samples(one: _Open, run: RunView, entry: EntryView, asked: EntryRow) -> Iterator[Document]:
    """A line a score; one that says the error where the contender has no answer."""
    position = one.contender.position
    prediction = entry.predictions[position]
    scores = [each for each in entry.scores if each.contender == position]
    base = _sample(one, run, entry, asked, prediction)
    if not prediction.is_answer:
        yield base | {"evaluation": {"score": 0.0, "is_correct": False}}
        return
    passes = _passes(run, scores)
    said = judged(entry, position, run)
    for score in scores:
        if score.value is not None:
            one.means.setdefault(score.scorer, _Mean()).add(score.value)
            reason = _strings({"judge_reason": words_of(said, score.scorer)})
            yield base | {
                "evaluation_result_id": score.scorer,
                "evaluation": {"score": score.value, "is_correct": passes},
                "metadata": base["metadata"] | reason,
            }


def _passes(run: RunView, scores: list[Score]) -> bool:
    """By the first scorer that passes or fails answers: a run has one."""
    passing = {each.name for each in run.scorers if is_pass_fail(each.name, each.params)}
    first = next((score for score in scores if score.scorer in passing), None)
    return first is not None and first.value == 1.0


def _sample(
    one: _Open, run: RunView, entry: EntryView, asked: EntryRow, prediction: Prediction
) -> Document:
    words, error = prediction.words, last_error(prediction)
    document: Document = {
        "schema_version": SCHEMA,
        "evaluation_id": one.evaluation_id,
        "model_id": one.contender.model,
        "evaluation_name": run.dataset,
        "sample_id": entry.entry_id,
        "interaction_type": "single_turn",
        "input": {
            "raw": asked.text if asked.text is not None else asked.file or "",
            "reference": _references(entry.target),
        },
        "output": {"raw": [] if words is None else [words]},
        "messages": None,
        "answer_attribution": [
            {
                "turn_idx": 0,
                "source": "output.raw",
                "extracted_value": each,
                "extraction_method": "none",
                "is_terminal": True,
            }
            for each in (() if words is None else (words,))
        ],
        "metadata": _strings(
            {**(entry.metadata or {}), "section": entry.section, "split": entry.split}
        ),
    }
    if error is not None:
        document["error"] = f"{error.error_class}: {error.message}"
    if prediction.usage is not None:
        n_input, n_output = prediction.usage.n_input, prediction.usage.n_output
        document["token_usage"] = {
            "input_tokens": n_input,
            "output_tokens": n_output,
            "total_tokens": n_input + n_output,
        }
    if prediction.latency_s is not None:
        document["performance"] = {"latency_ms": prediction.latency_s * 1000}
    return document


def _aggregate(one: _Open, run: RunView) -> Document:
    contender = one.contender
    ended = run.settled_at or run.created_at
    return {
        "schema_version": SCHEMA,
        "evaluation_id": one.evaluation_id,
        "evaluation_timestamp": run.created_at.isoformat(),
        "retrieved_timestamp": str(int(ended.timestamp())),
        "source_metadata": {
            "source_name": "Runoff",
            "source_type": "evaluation_run",
            "source_organization_name": _UNKNOWN,
            "evaluator_relationship": "other",
        },
        "eval_library": {"name": "runoff", "version": version("runoff-query")},
        "model_info": {
            "name": contender.model,
            "id": contender.model,
            "additional_details": {
                "deployment_type": _UNKNOWN,
                "model_availability": _UNKNOWN,
                "digest": contender.digest,
            },
        },
        "evaluation_results": [_result(name, mean, run) for name, mean in one.means.items()],
        "detailed_evaluation_results": {
            "format": "jsonl",
            "file_path": f"{one.path}_samples.jsonl",
            "hash_algorithm": "sha256",
            "checksum": one.sha.hexdigest(),
            "total_rows": one.n_rows,
        },
    }


def _result(name: str, mean: _Mean, run: RunView) -> Document:
    used = next((each for each in run.scorers if each.name == name), None)
    params = used.params if used else {}
    is_share = is_pass_fail(name, params)
    uncertainty: Document = {"num_samples": mean.n}
    if mean.standard_error is not None:
        uncertainty["standard_error"] = {"value": mean.standard_error, "method": "analytic"}
    return {
        "evaluation_result_id": name,
        "evaluation_name": run.dataset,
        "source_data": {
            "dataset_name": run.dataset,
            "source_type": "other",
            "additional_details": {
                "version": str(run.dataset_version),
                "digest": run.dataset_digest,
                "n_entries": str(run.n_entries),
            },
        },
        "metric_config": {
            "metric_id": f"runoff.{name}",
            "metric_name": name,
            "lower_is_better": higher_is_better(name, params) is False,
            "score_type": "continuous",
            "min_score": 0 if is_share else None,
            "max_score": 1 if is_share else None,
        },
        "score_details": {"score": mean.mean, "uncertainty": uncertainty},
    }


def _references(target: Target) -> list[str]:
    if target is None:
        return []
    each = target if isinstance(target, list) else [target]
    return [text for one in each if (text := json_text(one)) is not None]


def _strings(values: Document) -> dict[str, str]:
    return {key: text for key, each in values.items() if (text := json_text(each)) is not None}


def _segment(name: str) -> str:
    """One part of a path, whatever is in the name."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "_", name)
    return safe if safe.strip(".") else "_"


def _info(path: str) -> zipfile.ZipInfo:
    """A member without a time, so that the same run gives the same bytes."""
    info = zipfile.ZipInfo(path, _NO_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info
