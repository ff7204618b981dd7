"""The table of providers: a new one is a module here and a line below."""

from runoff_inference_worker.provider import Provider
from runoff_inference_worker.providers import onnx, python

PROVIDERS: dict[str, Provider] = {
    "onnx": onnx.PROVIDER,
    "python": python.PROVIDER,
}
"""By the part of a model's name before the first slash."""
