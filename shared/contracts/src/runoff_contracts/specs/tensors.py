"""How an image becomes a tensor, and what the tensors that come back mean.

Used by whoever serves a model of tensors: in process (`onnx`) or behind a server (`oip`).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from runoff_contracts.ids import Digest
from runoff_contracts.specs.declaration import Declaration, Label
from runoff_contracts.task import Task

_Side = Annotated[int, Field(ge=1, le=4096)]
_Share = Annotated[float, Field(ge=0, le=1)]


class ImageInput(Declaration):
    """How an image of any size becomes the model's input tensor (float32)."""

    name: str | None = None
    """The input's name; may be left out where the model has one input."""
    size: tuple[_Side, _Side]
    """Width and height in pixels."""
    color: Literal["RGB", "BGR", "L"] = "RGB"
    resize: Literal["stretch", "crop", "letterbox"] = "stretch"
    """`crop` fills the size and cuts what is over; `letterbox` fits inside and pads with black."""
    layout: Literal["NCHW", "NHWC", "NF"] = "NCHW"
    """`NF` is one flat row an image, channel by channel within each pixel."""
    scale: float = Field(default=1 / 255, gt=0)
    """Multiplied with each 0-255 value, before mean and std."""
    mean: list[float] = Field(default_factory=lambda: [0.0], min_length=1, max_length=3)
    std: list[Annotated[float, Field(gt=0)]] = Field(
        default_factory=lambda: [1.0], min_length=1, max_length=3
    )

    @model_validator(mode="after")
    def _channels_agree(self) -> Self:
        channels = 1 if self.color == "L" else 3
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in {1, channels}:
                raise ValueError(f"{name} has {len(values)} values for {channels} channel(s)")
        return self


class ClassOutput(Declaration):
    """Which output holds one number a label, and what turns it into probabilities."""

    kind: Literal["classes"] = "classes"
    name: str | None = None
    activation: Literal["none", "softmax", "sigmoid"] = "none"


class DetectionOutput(Declaration):
    """Which outputs hold boxes, in one of the four shapes that detectors are exported in.

    - `split`: `boxes` of shape (n, k, 4), `scores` (n, k), `classes` (n, k), as torchvision and
      TensorFlow export them, corners in pixels; a batch of one may leave n out;
    - `yolo`: one tensor `boxes` of shape (n, 4 + labels, k), or with `objectness` (n, k,
      5 + labels): centre, size in pixels, and a score a label;
    - `detr`: `boxes` (n, k, 4) as centre and size in shares of the input, `scores` (n, k,
      labels + 1) as logits, the last of which means nothing is there (softmax); or (n, k,
      labels) as logits of each label by itself (sigmoid);
    - `nms`: one tensor `boxes` of exports that hold the suppression: (n, k, 6) of corners in
      pixels, score and class, or (k, 7) of the image's number, corners, class and score.
    """

    kind: Literal["boxes"] = "boxes"
    shape: Literal["split", "yolo", "detr", "nms"]
    boxes: str | None = None
    """The output's name; may be left out where the model has one output."""
    scores: str | None = None
    classes: str | None = None
    corners: Literal["xyxy", "yxyx", "xywh", "cxcywh"] | None = None
    """How four numbers are a box; the usual way of the shape where it is left out."""
    unit: Literal["pixels", "share"] | None = None
    """Of the model's input; the usual one of the shape where it is left out."""
    objectness: bool = False
    """`yolo` only: a fifth number says how surely there is anything."""
    first_class: int = Field(default=0, ge=0, le=1)
    """`split` and `nms`: the number of the first label; 1 where 0 means background."""
    min_confidence: _Share = 0.05
    """Boxes under it are dropped: a low one keeps the precision-recall curve whole."""
    iou: _Share | None = None
    """Of two boxes of one label that overlap by more, the less confident is dropped: by more than
    0.5 for `yolo` where it is left out, none for the others, whose exports have done so."""
    most: int = Field(default=100, ge=1, le=1000)
    """Boxes kept an image, the most confident ones."""

    @model_validator(mode="after")
    def _outputs_are_named(self) -> Self:
        if self.shape == "split" and not (self.boxes and self.scores and self.classes):
            raise ValueError("shape split needs the names of boxes, scores and classes")
        if self.shape == "detr" and not (self.boxes and self.scores):
            raise ValueError("shape detr needs the names of boxes and scores")
        return self


class PointOutput(Declaration):
    """Which output holds x and y, (n, 2), of one place in the input."""

    kind: Literal["point"] = "point"
    name: str | None = None
    unit: Literal["pixels", "share"] = "pixels"
    """Of the model's input."""
    confidence: str | None = None
    """An output of shape (n,) or (n, 1) that says how sure it is, from 0 to 1."""


class EmbeddingOutput(Declaration):
    """Which output holds a vector an image, (n, d); its label is that of the likest known vectors.

    Likeness is the cosine of the angle between two vectors.
    """

    kind: Literal["embedding"] = "embedding"
    name: str | None = None
    gallery: Digest | None = None
    """Digest of the file of labelled vectors in the object store; the file that is sent along says
    it. `runoff_inference_worker.gallery` says what is in such a file."""
    nearest: Literal["vector", "centroid"] = "vector"
    """A label is as near as the nearest of its vectors, or as their mean direction."""
    temperature: float | None = Field(default=None, ge=0.001, le=100)
    """Probabilities are the softmax of likeness / temperature over the labels. Without one there
    is a label and no confidence: a likeness is no probability."""


Output = Annotated[
    ClassOutput | DetectionOutput | PointOutput | EmbeddingOutput, Field(discriminator="kind")
]

OUTPUT_TASKS: dict[str, Task] = {
    "classes": "classification",
    "boxes": "detection",
    "point": "coordinates",
    "embedding": "classification",
}
_USUAL_KINDS: dict[str, str] = {
    "classification": "classes",
    "detection": "boxes",
    "coordinates": "point",
}

_N_LEAST_LABELS = {"classification": 2, "detection": 1, "coordinates": 0}


class TensorSpec(Declaration):
    """Declaration of a model that takes the tensor of an image."""

    task: Literal["classification", "detection", "coordinates"] = "classification"
    input: ImageInput
    output: Output = ClassOutput()
    labels: list[Label] = Field(default_factory=list, max_length=20_000, validate_default=True)
    """In the order of the model's numbers; none for coordinates, nor for embeddings, whose labels
    stand in the gallery."""

    @model_validator(mode="before")
    @classmethod
    def _kind_follows_from_task(cls, data: object) -> object:
        """`output.kind` may be left out: the task says it."""
        if not isinstance(data, dict):
            return data
        task = data.get("task", "classification")
        kind = _USUAL_KINDS.get(task) if isinstance(task, str) else None
        output = data.get("output", {})
        if kind and isinstance(output, dict) and "kind" not in output:
            return {**data, "output": {"kind": kind, **output}}
        return data

    @field_validator("labels")
    @classmethod
    def _labels_suit_the_task(cls, labels: list[str], info: ValidationInfo) -> list[str]:
        if len(set(labels)) != len(labels):
            raise ValueError("labels must differ from each other")
        if isinstance(info.data.get("output"), EmbeddingOutput):
            if labels:
                raise ValueError("leave them out: the labels of embeddings stand in the gallery")
            return labels
        task = info.data.get("task", "coordinates")
        if len(labels) < _N_LEAST_LABELS[task]:
            raise ValueError(f"a model for {task} has {_N_LEAST_LABELS[task]} or more")
        return labels

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if OUTPUT_TASKS[self.output.kind] != self.task:
            raise ValueError(f"an output of {self.output.kind} is not for {self.task}")
        return self
