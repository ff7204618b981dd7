"""A model's view of an image: size and color, as bytes; and the tensor that they become.

Pixels stay bytes (0-255) until a batch is put together: a quarter of the memory, and scaling is
done once for the whole batch.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from runoff_contracts.specs.tensors import ImageInput

_SMOOTH = Image.Resampling.BILINEAR


@dataclass(frozen=True)
class View:
    """Geometry and color. Models with the same view share one array an entry."""

    width: int
    height: int
    color: Literal["RGB", "L"]
    resize: Literal["stretch", "crop", "letterbox"]

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

    def _resized(self, image: Image.Image) -> Image.Image:
        wanted = (self.width, self.height)
        if self.resize == "stretch":
            return image.resize(wanted, _SMOOTH)
        x_ratio, y_ratio = self.width / image.width, self.height / image.height
        if self.resize == "crop":
            ratio = max(x_ratio, y_ratio)
            kept_x, kept_y = self.width / ratio, self.height / ratio
            left, top = (image.width - kept_x) / 2, (image.height - kept_y) / 2
            return image.resize(wanted, _SMOOTH, box=(left, top, left + kept_x, top + kept_y))
        ratio = min(x_ratio, y_ratio)
        inner = (max(round(image.width * ratio), 1), max(round(image.height * ratio), 1))
        padded = Image.new(self.color, wanted)
        offset = ((self.width - inner[0]) // 2, (self.height - inner[1]) // 2)
        padded.paste(image.resize(inner, _SMOOTH), offset)
        return padded


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
