"""Files of other tools are read as those tools wrote them; hostile ones end in a clear error."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runoff.errors import InvalidInput
from runoff.importing import limits
from runoff.importing.formats import read
from runoff.importing.job import gather, name_of
from runoff.importing.sample import Sample, Source, Wanted

PAST = Path(__file__).parent / "past"
GENERATED = PAST / "fixed__one" / "samples_capitals_2026-11-21T15-15-40.081366.jsonl"
CHOSEN = PAST / "fixed__one" / "samples_pick_2026-11-21T15-15-40.081366.jsonl"


def samples(path: Path, wanted: Wanted = Wanted()) -> list[Sample]:  # noqa: B008  # frozen
    return list(read(path, wanted).samples())


def json_lines(path: Path, *rows: Mapping[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("name", ["capitals.eval", "capitals.json"])
def test_both_forms_of_an_inspect_log_say_the_same(name: str) -> None:
    """Question, targets, answer, tokens; the sample without an id has a number."""
    source = read(PAST / name, Wanted())
    # The zip has them in the order of their end, the JSON by id.
    found = sorted(source.samples(), key=lambda each: ["q1", "q2", "3"].index(each.entry_id))

    assert (source.task, source.model, source.dataset) == ("text", "mockllm/model", "capitals")
    assert [each.entry for each in found] == [
        {"text": "Capital of France?", "target": "Paris", "metadata": {"level": "easy"}},
        {"text": "2+2?", "target": ["4", "four"]},
        {"text": "Capital of Italy?", "target": "Rome"},
    ]
    answers = [each.answer or {} for each in found]
    assert [each["text"] for each in answers] == ["Paris", "five", "Rome"]
    assert {json.dumps(each["usage"]) for each in answers} == {'{"n_input": 7, "n_output": 2}'}
    assert all(isinstance(each["latency_s"], float) for each in answers)


def test_a_multiple_choice_task_of_inspect_answers_with_its_letter() -> None:
    """What the scorer took out of the completion is what its target is held against."""
    found = samples(PAST / "letters.eval")

    assert [(each.answer or {})["text"] for each in found] == ["A", "C", "C"]
    assert [(each.entry or {})["target"] for each in found] == ["A", "B", "C"]
    assert (found[0].entry or {})["text"] == "Which is letter 0?\n\nA) a\nB) b\nC) c"


def test_the_first_epoch_counts_and_the_rest_is_named() -> None:
    """An entry has one answer; nothing is left out in silence."""
    source = read(PAST / "epochs.eval", Wanted())
    found = list(source.samples())

    assert [each.entry_id for each in found] == ["q1", "q2"]
    assert source.notes == ["2 samples of further epochs were left out"]


def test_a_failed_sample_of_inspect_is_an_error(tmp_path: Path) -> None:
    """With its message."""
    log = json.loads((PAST / "capitals.json").read_text())
    log["samples"][0]["error"] = {"message": "rate limit", "traceback": "…"}
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log))

    assert samples(path)[0].answer == {"error": "rate limit"}


def test_each_filter_of_the_harness_is_a_contender() -> None:
    """A document comes once for each of them."""
    source = read(GENERATED, Wanted())
    found = list(source.samples())

    assert source.dataset == "capitals"
    assert [each.model for each in found] == ["fixed__one strict"] * 3 + ["fixed__one number"] * 3
    said = [(each.answer or {})["text"] for each in found]
    assert said == [" Paris", " The answer is 4", " Milan", "[invalid]", "4", "[invalid]"]
    assert found[0].entry == {"text": "Question: Capital of France?\nAnswer:", "target": "Paris"}


def test_a_choosing_task_of_the_harness_answers_with_the_likeliest_choice() -> None:
    """Its targets are numbers of choices; accuracy is the one that the harness found."""
    found = samples(CHOSEN)
    pairs = [((each.answer or {})["text"], (each.entry or {})["target"]) for each in found]
    of_harness = [json.loads(line)["acc"] for line in CHOSEN.read_text().splitlines()]

    assert pairs == [("Paris", "Paris"), ("5", "4"), ("Paris", "Rome")]
    assert [float(answer == target) for answer, target in pairs] == of_harness
    assert (found[0].answer or {})["confidence"] == pytest.approx(1 / (1 + 2.718281828459045**-0.5))


TRUTH = {
    "images": [
        {"id": 7, "file_name": "a.png", "width": 8, "height": 8},
        {"id": 8, "file_name": "b.png", "width": 8, "height": 8},
    ],
    "categories": [{"id": 1, "name": "cat"}, {"id": 2, "name": "dog"}],
    "annotations": [
        {"id": 1, "image_id": 7, "category_id": 1, "bbox": [1, 2, 3, 4], "iscrowd": 0},
        {"id": 2, "image_id": 7, "category_id": 2, "bbox": [0, 0, 8, 8], "iscrowd": 1},
    ],
}
RESULTS: list[dict[str, object]] = [
    {"image_id": 7, "category_id": 2, "bbox": [0, 0, 1, 1], "score": 0.25},
    {"image_id": 7, "category_id": 1, "bbox": [1.5, 2, 3, 4], "score": 0.75},
]


def coco(folder: Path, results: object = RESULTS, truth: object = TRUTH) -> Source:
    """The results, with their truth beside them."""
    (folder / "truth.json").write_text(json.dumps(truth))
    (folder / "net.json").write_text(json.dumps(results))
    return read(folder / "net.json", Wanted(truth=folder / "truth.json", images=folder))


def test_results_of_coco_become_boxes_image_by_image(tmp_path: Path) -> None:
    """An image without results was looked at and nothing was found."""
    source = coco(tmp_path)
    first, second = source.samples()

    assert (source.task, source.model, source.dataset) == ("detection", "net", "truth")
    box = {"label": "cat", "x": 1.5, "y": 2, "width": 3, "height": 4, "confidence": 0.75}
    assert first.answer is not None
    assert isinstance(first.answer["boxes"], list)
    assert first.answer["boxes"][0] == box
    assert (first.entry_id, first.entry) == (
        "7",
        {
            "file": "a.png",
            "target": [
                {"label": "cat", "x": 1, "y": 2, "width": 3, "height": 4},
                {"label": "dog", "x": 0, "y": 0, "width": 8, "height": 8, "crowd": True},
            ],
            "metadata": {"width": 8, "height": 8},
        },
    )
    assert (second.entry_id, second.answer) == ("8", {"boxes": []})


@pytest.mark.parametrize(
    ("results", "truth", "said"),
    [
        ({}, TRUTH, "is no list of results"),
        ([{**RESULTS[0], "image_id": 9}], TRUTH, r"net.json\[0\]: image_id: 9 is not in"),
        ([{**RESULTS[0], "image_id": [7]}], TRUTH, "image_id: is missing, or neither"),
        ([{**RESULTS[0], "category_id": 3}], TRUTH, "category_id: 3 is not in"),
        ([{**RESULTS[0], "bbox": [1, 2]}], TRUTH, "bbox"),
        (RESULTS, [], "is no ground truth"),
        (RESULTS, {**TRUTH, "images": [{"id": 7, "file_name": "../a"}]}, "leaves the folder"),
        (RESULTS, {**TRUTH, "images": TRUTH["images"] * 2}, "7 is the id of an image before"),
    ],
)
def test_coco_that_does_not_fit_is_named(
    tmp_path: Path, results: object, truth: object, said: str
) -> None:
    """By its place in the file."""
    with pytest.raises(InvalidInput, match=said):
        list(coco(tmp_path, results, truth).samples())


def test_columns_are_mapped_in_every_plain_format(tmp_path: Path) -> None:
    """The same table in three formats gives the same samples."""
    table = [
        {"image": "a", "guess": "cat", "sure": 0.5, "truth": "dog", "question": "?", "more": "x"},
        {"image": "b", "guess": "cat", "sure": 1.0, "truth": "cat", "question": "!", "more": "y"},
    ]
    json_lines(tmp_path / "rows.jsonl", *table)
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    pq.write_table(pa.Table.from_pylist(table), tmp_path / "rows.parquet")
    columns = {"image": "id", "guess": "label", "sure": "confidence", "truth": "target"}
    for name in ("rows.jsonl", "rows.csv", "rows.parquet"):
        source = read(tmp_path / name, Wanted(columns={**columns, "more": "metadata.kind"}))
        first, second = source.samples()

        assert source.task == "classification", name
        assert (first.entry_id, second.entry_id) == ("a", "b")
        assert first.entry == {"text": "?", "target": "dog", "metadata": {"kind": "x"}}
        assert first.answer == {"label": "cat", "confidence": 0.5}


def test_a_column_that_is_no_field_is_named(tmp_path: Path) -> None:
    """A typing error must not pass for a column that nobody needs."""
    path = json_lines(tmp_path / "a.jsonl", {"id": "a", "label": "x", "confidense": 0.5})
    source = read(path, Wanted())
    list(source.samples())

    assert source.notes == ["columns left out: confidense"]


def test_an_empty_text_is_an_answer(tmp_path: Path) -> None:
    """A model may answer nothing; the entry has not failed."""
    path = tmp_path / "a.csv"
    path.write_text("id,answer,error\na,,\nb,,broke\n")
    first, second = samples(path, Wanted(task="text"))

    assert (first.answer, second.answer) == ({"text": ""}, {"error": "broke"})


@pytest.mark.parametrize(
    ("name", "content", "wanted", "said"),
    [
        ("a.jsonl", b"", Wanted(), "has no rows"),
        ("a.jsonl", b"nonsense\n", Wanted(), "a.jsonl:1: is no JSON"),
        ("a.jsonl", b'{"id": "a", "label": "x"}\n[]\n', Wanted(), "a.jsonl:2: is no JSON object"),
        ("a.jsonl", b'{"label": "x"}\n', Wanted(), "a.jsonl:1: id: every row needs one"),
        ("a.jsonl", b'{"id": "a", "answer": "x"}\n', Wanted(), "say which it is: --task"),
        ("a.jsonl", b'{"id": 1}\n', Wanted(columns={"b": "id"}), "there is no such column"),
        ("a.jsonl", b'{"id": 1}\n', Wanted(columns={"id": "di"}), "there is no field 'di'"),
        ("a.csv", b"id,label\na\n", Wanted(), "a.csv:2: has another number of cells"),
        ("a.csv", b"id,label\n\xff,x\n", Wanted(), "is no CSV in UTF-8"),
        ("a.csv", b"id,label,confidence\na,x,high\n", Wanted(), "'high' is no number"),
        ("a.parquet", b"PAR1 nonsense PAR1", Wanted(), "is no Parquet file"),
        ("a.eval", b"PK nonsense", Wanted(), "is no zip file"),
        ("a.json", b'{"eval": {}}', Wanted(), "is no log of Inspect"),
        ("a.txt", b"x", Wanted(), "say its format"),
        ("samples_x.jsonl", b'{"doc_id": 1}\n', Wanted(), "arguments: a sample needs"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_named(
    tmp_path: Path, name: str, content: bytes, wanted: Wanted, said: str
) -> None:
    """By file, line and field."""
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=said):
        samples(path, wanted)


def test_a_huge_line_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading ends at the limit."""
    monkeypatch.setattr(limits, "MAX_LINE_BYTES", 1000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "a", "label": "x"}\n{"id": "' + b"x" * 5000 + b'", "label": "x"}\n')

    with pytest.raises(InvalidInput, match=r"a.jsonl:2: is longer than 1000 bytes"):
        samples(path)


def inspect_zip(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({"eval": {"model": "m", "task": "t"}}))
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_a_zip_that_blows_up_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes that would become a gigabyte end at the limit, whatever the zip declares."""
    monkeypatch.setattr(limits, "MAX_MEMBER_BYTES", 100_000)
    bomb = inspect_zip(tmp_path / "a.eval", ("samples/a_epoch_1.json", b" " * 10_000_000))

    with pytest.raises(InvalidInput, match="larger than 100000 bytes when unpacked"):
        samples(bomb)


@pytest.mark.parametrize("name", ["../../evil.json", "/evil.json", "samples\\..\\evil.json"])
def test_a_member_that_leads_out_of_the_zip_is_refused(tmp_path: Path, name: str) -> None:
    """Nothing is ever unpacked to disk; such a zip is not made by Inspect all the same."""
    with pytest.raises(InvalidInput, match="leads out of a folder"):
        samples(inspect_zip(tmp_path / "a.eval", (name, b"{}")))


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    """By its name in the zip."""
    path = inspect_zip(tmp_path / "a.eval", ("samples/a_epoch_1.json", b'{"id": "a"}' * 50))
    content = bytearray(path.read_bytes())
    at = content.index(b"samples/a_epoch_1.json") + len("samples/a_epoch_1.json") + 4
    content[at] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=r"a.eval\[samples/a_epoch_1.json\]: cannot be read"):
        samples(path)


def test_several_files_become_contenders_over_the_same_entries(tmp_path: Path) -> None:
    """Entries are written once; each model has its own predictions under a name of its own."""
    sources = [read(PAST / name, Wanted()) for name in ("capitals.eval", "capitals.json")]
    gathered = gather(sources, tmp_path, names=["first"])

    assert gathered.n_entries == 3
    assert gathered.dataset == "capitals"
    assert [each.name for each in gathered.answers] == ["first", "mockllm-model"]
    assert gathered.manifest is not None
    assert [each["id"] for each in rows(gathered.manifest)] == ["q1", "q2", "3"]
    assert [each["entry_id"] for each in rows(gathered.answers[1].path)] == ["3", "q1", "q2"]


def test_files_about_other_entries_are_not_mixed(tmp_path: Path) -> None:
    """The same id with another target is another question."""
    one = json_lines(tmp_path / "a.jsonl", {"id": "a", "input": "?", "target": "x", "label": "x"})
    two = json_lines(tmp_path / "b.jsonl", {"id": "a", "input": "?", "target": "y", "label": "x"})
    other = json_lines(tmp_path / "c.jsonl", {"id": "a", "text": "x"})

    with pytest.raises(InvalidInput, match="'a' had another target before"):
        gather([read(one, Wanted()), read(two, Wanted())], tmp_path)
    with pytest.raises(InvalidInput, match="different tasks: classification, text"):
        gather([read(one, Wanted()), read(other, Wanted())], tmp_path)


def test_every_wrong_answer_is_named_by_its_line(tmp_path: Path) -> None:
    """JSON of Python has NaN; a probability has not."""
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"id": "a", "label": "x", "confidence": NaN}\n'
        '{"id": "b", "label": "x", "confidence": 2}\n'
        '{"id": "c", "label": "x", "latency_s": Infinity}\n'
        '{"id": "d", "label": "x"}\n'
        '{"id": "e", "label": "x", "error": "both"}\n'
    )
    with pytest.raises(InvalidInput) as refused:
        gather([read(path, Wanted())], tmp_path)

    places = [(each.line, each.field) for each in refused.value.errors]
    assert places == [(1, "confidence"), (2, "confidence"), (3, "latency_s"), (5, "label")]


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("openai/gpt-4o", "openai-gpt-4o"),
        ("upload/net", "net"),
        ("../..", "model"),
        ("a b\x00c" * 100, ("a-b-c" * 100)[:90]),
    ],
)
def test_a_model_gets_a_name_that_it_can_be_registered_under(model: str, name: str) -> None:
    """Close to what it is called."""
    assert name_of(model) == name
