"""What a person declares beside a model file, so that an image becomes its input."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Label = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Declaration(BaseModel):
    """A part of what a person declares: an unknown field is a typing error, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ImageInput(Declaration):
    """How an image of any size becomes the model's input tensor (float32)."""

    name: str | None = None
    """The input's name; may be left out where the model has one input."""
    size: tuple[Annotated[int, Field(ge=1, le=4096)], Annotated[int, Field(ge=1, le=4096)]]
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

    name: str | None = None
    activation: Literal["none", "softmax", "sigmoid"] = "none"


class OnnxSpec(Declaration):
    """Declaration of an ONNX classifier of images."""

    task: Literal["classification"] = "classification"
    labels: list[Label] = Field(min_length=2, max_length=20_000)
    input: ImageInput
    output: ClassOutput = ClassOutput()

    @model_validator(mode="after")
    def _labels_differ(self) -> Self:
        if len(set(self.labels)) != len(self.labels):
            raise ValueError("labels must differ from each other")
        return self
