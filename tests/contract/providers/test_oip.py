"""`oip/<name>` against MLServer, and against a server of ours that tells what it was asked."""

from __future__ import annotations

import json

import pytest

from runoff_contracts.answers import Box, Point
from runoff_contracts.commands import Accepted
from runoff_contracts.model_spec import ModelSpec
from runoff_contracts.specs.tensors import EmbeddingOutput
from runoff_inference_worker.provider import Kit
from runoff_testkit.oip.fake import FakeOip
from runoff_testkit.oip.served import MOODS
from tests.contract.providers.asking import (
    ask,
    box_spec,
    checked,
    image_spec,
    shout_spec,
    spot_spec,
    spots,
    text_spec,
    wrong,
)
from tests.unit.inference_worker.making import an_image, gallery_file, image_rows, text_rows


@pytest.fixture(params=["mlserver", "fake"])
def url(request: pytest.FixtureRequest) -> str:
    """Either server: what holds of one holds of the other."""
    if request.param == "mlserver":
        return str(request.getfixturevalue("mlserver_url"))
    fake: FakeOip = request.getfixturevalue("fake")
    return fake.url


async def test_images_are_classified(kit: Kit, url: str) -> None:
    """Pixels go out as declared; confidence and probabilities come back."""
    rows = await image_rows(kit, [an_image("L", (8, 8), 255), an_image("RGB", (30, 20), (51,) * 3)])

    first, second = await ask(kit, image_spec(url), rows)

    assert (first.label, first.confidence) == ("light", 1.0)
    assert (second.label, second.probabilities) == ("dark", {"dark": 0.8, "light": 0.2})
    assert first.latency_s == first.attempts[0].duration_s / 2
    assert first.attempts[0].n_batch == 2


async def test_vectors_are_held_against_a_gallery(kit: Kit, url: str) -> None:
    """What a server gives for an image may be an embedding: (dark, light) has a direction too."""
    gallery = gallery_file([[1.0, 0.0], [0.0, 1.0], [0.6, 0.4]], ["night", "day", "dusk"])
    output = EmbeddingOutput(gallery=await kit.objects.put(gallery), temperature=0.1)
    rows = await image_rows(kit, [an_image("L", (8, 8), each) for each in (255, 0, 100)])
    spec = image_spec(url, labels=[], output=output)

    found = await ask(kit, spec, rows)
    other = await kit.objects.put(gallery_file([[1.0], [2.0]], ["a", "b"]))
    misfit = image_spec(url, labels=[], output=EmbeddingOutput(gallery=other))

    assert isinstance(await checked(kit, spec), Accepted)
    assert [each.label for each in found] == ["day", "night", "dusk"]
    assert all(each.confidence and each.confidence > 0.5 for each in found)
    assert [each.field for each in await wrong(kit, misfit)] == ["spec.output.gallery"]


async def test_points_are_in_pixels_of_the_original(kit: Kit, url: str) -> None:
    """The model sees 8 x 8 pixels of an image of 16 x 16."""
    found = await ask(kit, spot_spec(url), await spots(kit, (4, 10)))

    assert found[0].point == Point(x=5, y=11)


async def test_boxes_are_in_pixels_of_the_original(kit: Kit, url: str) -> None:
    """A detector's three outputs are read as one."""
    found = await ask(kit, box_spec(url), await spots(kit, (4, 10)))

    assert found[0].boxes == [Box(label="spot", x=4, y=10, width=2, height=2, confidence=0.75)]


async def test_a_fixed_batch_is_filled_and_never_exceeded(kit: Kit, url: str) -> None:
    """A model compiled for two images takes neither one nor three."""
    rows = await image_rows(kit, [an_image("L", (8, 8), each) for each in (255, 0, 255)])

    found = await ask(kit, image_spec(url, "fixed"), rows, concurrency=1)

    assert [each.label for each in found] == ["light", "dark", "light"]


async def test_a_model_that_the_server_knows_no_tensors_of_is_asked_by_name(
    kit: Kit, url: str
) -> None:
    """MLServer knows them only where its operator wrote them down."""
    spec = image_spec(url, "silent", input={"name": "pixels"})
    rows = await image_rows(kit, [an_image("L", (8, 8), 255)])

    assert (await ask(kit, spec, rows))[0].label == "light"
    assert [each.field for each in await wrong(kit, image_spec(url, "silent"))] == [
        "spec.input.name"
    ]


async def test_texts_are_answered_by_texts(kit: Kit, url: str) -> None:
    """Whatever characters they have."""
    found = await ask(kit, shout_spec(url), text_rows("grüße \N{SNOWMAN}", "", 'a"\n'))

    assert [each.text for each in found] == ["GRÜSSE \N{SNOWMAN}", "", 'A"\n']


@pytest.mark.parametrize("output", ["label", "number", "scores"])
async def test_texts_are_classified_by_label_number_or_scores(
    kit: Kit, url: str, output: str
) -> None:
    """All three are usual; only scores say how sure the model is."""
    found = await ask(kit, text_spec(url, output=output), text_rows("a :)", "b"))

    assert [each.label for each in found] == MOODS
    assert [each.confidence for each in found] == ([0.9, 0.8] if output == "scores" else [None] * 2)


async def test_one_entry_that_the_server_cannot_take_costs_no_other_its_answer(
    kit: Kit, url: str
) -> None:
    """The server refuses the batch; asked alone, only that entry is refused, and not again."""
    found = await ask(kit, shout_spec(url), text_rows("a", "poison", "b"), retries=3)

    assert [each.text for each in found] == ["A", None, "B"]
    classes = [each.error.error_class if each.error else None for each in found[1].attempts]
    assert classes == ["rejected", "rejected"]
    assert found[1].attempts[1].error is not None
    assert found[1].attempts[1].error.status_code == 400
    assert "this text cannot be taken" in found[1].attempts[1].error.message


async def test_a_sound_declaration_is_accepted(kit: Kit, url: str) -> None:
    """It says which input and outputs were meant."""
    image = await checked(kit, image_spec(url), task="classification", fields=["id", "image"])
    version = await checked(kit, text_spec(url, model_version="v1"), fields=["id", "text"])

    assert isinstance(image, Accepted)
    assert image.data == {"input": "pixels", "outputs": ["scores"]}
    assert isinstance(version, Accepted)
    assert version.data == {"input": "text", "outputs": ["label"]}


async def test_each_wrong_field_is_named(kit: Kit, url: str) -> None:
    """With what the server has instead."""
    cases: list[tuple[ModelSpec, str, str]] = [
        (image_spec(url, "nothing"), "spec.model", "not found"),
        (image_spec(url, model_version="v9"), "spec.model_version", "v9"),
        (image_spec(url, input={"name": "image"}), "spec.input.name", "'pixels'"),
        (image_spec(url, input={"size": (9, 8)}), "spec.input.size", "[n, 1, 8, 8]"),
        (image_spec(url, input={"layout": "NF"}), "spec.input.layout", "[n, 1, 8, 8]"),
        (image_spec(url, labels=["a", "b", "c"]), "spec.labels", "3 labels"),
        (image_spec(url, output={"name": "logits"}), "spec.output.name", "'scores'"),
        (image_spec(url, "mood"), "spec.input.name spec.input.layout", "BYTES"),
        (text_spec(url, input="words"), "spec.input", "'text'"),
        (text_spec(url, output=None), "spec.output", "'label', 'number', 'scores'"),
        (text_spec(url, output="number", labels=[]), "spec.labels", "name the labels"),
        (text_spec(url, output="scores", labels=["a", "b", "c"]), "spec.labels", "3 labels"),
        (text_spec(url, task="text", output="number"), "spec.output", "texts are BYTES"),
        (text_spec(url, "brightness", input="pixels", output="scores"), "spec.input", "FP32"),
    ]
    for spec, field, said in cases:
        errors = await wrong(kit, spec)
        assert [error.field for error in errors] == field.split(), (spec, errors)
        assert said in errors[0].message


async def test_a_model_that_does_not_suit_the_run_is_refused(kit: Kit, url: str) -> None:
    """Before its server is asked anything."""
    errors = await wrong(kit, text_spec(url), task="detection", fields=["id", "image"])

    assert [error.field for error in errors] == ["spec.task", "spec.input"]
    assert "'text'" in errors[1].message


async def test_a_request_is_what_the_protocol_says(kit: Kit, fake: FakeOip) -> None:
    """Flat data in row-major order, and only the output that is read."""
    rows = await image_rows(kit, [an_image("L", (8, 8), 255)])

    await ask(kit, image_spec(fake.url, input={"scale": 1.0, "mean": [55.0]}), rows)

    request = fake.asked[-1]
    assert (request.method, request.path) == ("POST", "/v2/models/brightness/infer")
    assert json.loads(request.body) == {
        "inputs": [
            {"name": "pixels", "shape": [1, 1, 8, 8], "datatype": "FP32", "data": [200.0] * 64}
        ],
        "outputs": [{"name": "scores"}],
    }


async def test_names_become_one_step_of_the_path(kit: Kit, fake: FakeOip) -> None:
    """A model's name is a stranger's: it must not reach another place of the server."""
    for name in ("../../admin", "a/b?c#d", "%2e%2e"):
        await wrong(kit, image_spec(fake.url, name))
        assert fake.asked[-1].path.count("/") == 4
        assert fake.asked[-1].path.startswith("/v2/models/")
        assert fake.asked[-1].path.endswith("/ready")

    assert [each.field for each in await wrong(kit, image_spec(fake.url, ".."))] == ["spec.model"]
