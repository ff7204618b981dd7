"""What a person declares of a model, so that it can be asked: one shape a kind of provider."""

from typing import Annotated, Any

from pydantic import Discriminator, Tag

from runoff_contracts.specs.browser import BrowserSpec
from runoff_contracts.specs.llm import LlmSpec
from runoff_contracts.specs.oip import OipSpec, OipTextSpec
from runoff_contracts.specs.onnx import OnnxSpec
from runoff_contracts.specs.upload import UploadSpec


def _kind(value: Any) -> str:
    """The first declarations said no kind, and were of ONNX files."""
    if isinstance(value, dict):
        return str(value.get("kind", "onnx"))
    return str(getattr(value, "kind", "onnx"))


ModelSpec = Annotated[
    Annotated[OnnxSpec, Tag("onnx")]
    | Annotated[OipSpec, Tag("oip")]
    | Annotated[OipTextSpec, Tag("oip_text")]
    | Annotated[LlmSpec, Tag("llm")]
    | Annotated[UploadSpec, Tag("upload")]
    | Annotated[BrowserSpec, Tag("browser")],
    Discriminator(_kind),
]
"""Told apart by `kind`."""

__all__ = [
    "BrowserSpec",
    "LlmSpec",
    "ModelSpec",
    "OipSpec",
    "OipTextSpec",
    "OnnxSpec",
    "UploadSpec",
]
