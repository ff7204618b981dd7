"""A model's view of an image: size and color, as bytes; and the tensor that they become.

Pixels stay bytes (0-255) until a batch is put together: a quarter of the memory, and scaling is
done once for the whole batch.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from runoff_contracts.specs.tensors import ImageInput
from runoff_inference_worker.windows import Resize, Window, window

_SMOOTH = Image.Resampling.BILINEAR


@dataclass(frozen=True)
class View:
    """Geometry and color. Models with the same view share one array an entry."""

    width: int
    height: int
    color: Literal["RGB", "L"]
    resize: Resize

    @classmethod
    def declared(cls, spec: ImageInput) -> "View":
        """What a declaration asks for; BGR is turned round when the tensor is made."""
        return cls(*spec.size, "L" if spec.color == "L" else "RGB", spec.resize)

    def of(self, image: Image.Image) -> NDArray[np.uint8]:
        """The pixels, of shape (height, width) for L and (height, width, 3) for RGB."""
        if image.mode != self.color:
            image = image.convert(self.color)
        if image.size != (self.width, self.height):
            image = self._resized(image)
        # As `np.asarray(image)` does it, without its detour over an interface of strings.
        shape = (self.height, self.width) if self.color == "L" else (self.height, self.width, 3)
        return np.frombuffer(image.tobytes(), np.uint8).reshape(shape)

    def window(self, image: tuple[int, int]) -> Window:
        """Where an image of this width and height stands in the view."""
        return window(image, (self.width, self.height), self.resize)

    def _resized(self, image: Image.Image) -> Image.Image:
        wanted = (self.width, self.height)
        where = self.window(image.size)
        inner = image.resize(where.size, _SMOOTH, box=where.seen)
        if where.size == wanted:
            return inner
        padded = Image.new(self.color, wanted)
        padded.paste(inner, where.offset)
        return padded


class Placed(NamedTuple):
    """An image of a call: how large the original is, and how the model sees it."""

    width: int
    """Of the original as people see it, upright."""
    height: int
    view: View

    @property
    def window(self) -> Window:
        """Where the original stands in the view."""
        return self.view.window((self.width, self.height))


def tensor(pixels: list[NDArray[np.uint8]], spec: ImageInput) -> NDArray[np.float32]:
    """A batch as the model wants it, of shape (n, c, h, w), (n, h, w, c) or (n, h * w * c)."""
    batch = np.stack(pixels)
    if batch.ndim == 3:
        batch = batch[..., np.newaxis]
    if spec.color == "BGR":
        batch = batch[..., ::-1]
    values = batch.astype(np.float32)
    values *= np.float32(spec.scale)
    if spec.mean != [0.0]:
        values -= np.asarray(spec.mean, np.float32)
    if spec.std != [1.0]:
        values /= np.asarray(spec.std, np.float32)
    if spec.layout == "NF":
        return values.reshape(len(values), -1)
    if spec.layout == "NCHW":
        return np.ascontiguousarray(values.transpose(0, 3, 1, 2))
    return values
