"""`onnx/…`: a file that onnxruntime runs in the worker."""

from typing import Literal

from runoff_contracts.specs.tensors import TensorSpec


class OnnxSpec(TensorSpec):
    """Declaration of an ONNX model of images."""

    kind: Literal["onnx"] = "onnx"
