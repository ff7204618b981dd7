"""Logs of Inspect (inspect_ai): `.eval` zips and JSON.

An `.eval` has `header.json` and a member `samples/<id>_epoch_<n>.json` for each sample, so one
sample is in memory at a time. A JSON log is read as a whole; `inspect log convert --to eval` makes
a zip of a large one. Of several epochs the first counts. The answer is what the scorer took out of
the completion, where it says so; else the completion.

Source: inspect.aisi.org.uk/eval-logs.html, and files that inspect_ai 0.3.285 wrote.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from runoff.importing.limits import document, opened_zip
from runoff.importing.sample import Place, Row, Sample, Source, Wanted

_SAMPLES = "samples/"
_HEADER = "header.json"


def read(path: Path, wanted: Wanted) -> Source:
    """A log of either form."""
    notes: list[str] = []
    if path.suffix.lower() == ".eval":
        with opened_zip(path) as archive:
            if _HEADER not in archive.names:
                Place(path.name).refuse("", "has no header.json: the evaluation did not end")
            header = archive.read(_HEADER)
        samples = _of_zip(path)
    else:
        log = document(path)
        if not isinstance(log, dict) or not isinstance(log.get("samples"), list):
            Place(path.name).refuse("samples", "is no log of Inspect with samples")
        header, listed = log, log["samples"]

        def samples() -> Iterator[tuple[Place, Row]]:
            for number, each in enumerate(listed):
                place = Place(path.name, member=f"samples.{number}")
                yield place, each if isinstance(each, dict) else place.refuse("", "is no sample")

    about = _mapping(header.get("eval"))
    model = _text(about.get("model")) or path.stem

    def all_samples() -> Iterator[Sample]:
        return _samples(samples, model, notes)

    return Source(
        path=path,
        task=wanted.task or "text",
        samples=all_samples,
        model=model,
        dataset=_text(_mapping(about.get("dataset")).get("name")) or _text(about.get("task")),
        notes=notes,
    )


def _of_zip(path: Path) -> Callable[[], Iterator[tuple[Place, Row]]]:
    def samples() -> Iterator[tuple[Place, Row]]:
        with opened_zip(path) as archive:
            for name in archive.names:
                if name.startswith(_SAMPLES) and name.endswith(".json"):
                    yield Place(path.name, member=name), archive.read(name)

    return samples


def _samples(
    rows: Callable[[], Iterator[tuple[Place, Row]]], model: str, notes: list[str]
) -> Iterator[Sample]:
    n_epochs = 0
    for place, row in rows():
        if row.get("epoch", 1) != 1:
            n_epochs += 1
            continue
        found = row.get("id")
        if isinstance(found, bool) or not isinstance(found, str | int):
            place.refuse("id", "a sample needs an id")
        yield Sample(place, str(found), _entry(row, place), _answer(row, model, place))
    if n_epochs:
        notes.append(f"{n_epochs} samples of further epochs were left out")


def _entry(row: Row, place: Place) -> Row:
    entry: Row = {"text": _input(row.get("input"), row.get("choices"), place)}
    target = row.get("target")
    if target not in (None, "", []):
        entry["target"] = target[0] if isinstance(target, list) and len(target) == 1 else target
    metadata = row.get("metadata")
    if isinstance(metadata, dict) and metadata:
        entry["metadata"] = metadata
    return entry


def _input(found: object, choices: object, place: Place) -> str:
    """The question, with its choices lettered below it as Inspect's targets name them."""
    if isinstance(found, list):
        lines = [
            f"{_text(each.get('role')) or 'user'}: {_content(each.get('content'))}"
            for each in found
            if isinstance(each, dict)
        ]
        text = "\n\n".join(lines)
    elif isinstance(found, str):
        text = found
    else:
        place.refuse("input", "is neither a text nor a list of messages")
    if isinstance(choices, list) and choices:
        lettered = [f"{chr(ord('A') + at)}) {each}" for at, each in enumerate(choices)]
        text = "\n".join([text, "", *lettered])
    return text


def _content(found: object) -> str:
    if isinstance(found, list):
        parts = [each for each in found if isinstance(each, dict)]
        return "\n".join(_text(each.get("text")) or f"[{each.get('type')}]" for each in parts)
    return _text(found) or ""


def _answer(row: Row, model: str, place: Place) -> Row:
    error = row.get("error")
    if error:
        message = _text(_mapping(error).get("message")) or "the sample failed"
        return {"error": message[:2000]}
    output = _mapping(row.get("output"))
    answer: Row = {"text": _extracted(row) or _completion(output, place)}
    latency_s = row.get("working_time", row.get("total_time"))
    if latency_s is not None:
        answer["latency_s"] = latency_s
    used = _mapping(_mapping(row.get("model_usage")).get(model))
    if "input_tokens" in used and "output_tokens" in used:
        answer["usage"] = {"n_input": used["input_tokens"], "n_output": used["output_tokens"]}
    return answer


def _extracted(row: Row) -> str | None:
    for score in _mapping(row.get("scores")).values():
        if answer := _text(_mapping(score).get("answer")):
            return answer
    return None


def _completion(output: Row, place: Place) -> str:
    if isinstance(output.get("completion"), str):
        return str(output["completion"])
    choices = output.get("choices")
    if not isinstance(choices, list) or not choices:
        place.refuse("output", "has neither a completion nor an error")
    return _content(_mapping(_mapping(choices[0]).get("message")).get("content"))


def _mapping(found: object) -> Row:
    return found if isinstance(found, dict) else {}


def _text(found: object) -> str | None:
    return found if isinstance(found, str) and found else None
