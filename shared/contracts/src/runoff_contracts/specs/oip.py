"""`oip/…`: a model behind a server of the Open Inference Protocol v2."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from runoff_contracts.specs.declaration import Declaration, KeyVariable, Label, Url
from runoff_contracts.specs.tensors import TensorSpec

_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class OipServer(Declaration):
    """Where a model is served."""

    url: Url
    """Of the server, without `/v2`."""
    model: _Name
    model_version: _Name | None = None
    api_key_env: KeyVariable | None = None


class OipSpec(TensorSpec, OipServer):
    """A served model of images: the tensors are as those of an ONNX file."""

    kind: Literal["oip"] = "oip"


class OipTextSpec(OipServer):
    """A served model of texts: one BYTES input, and one output of labels or of texts."""

    kind: Literal["oip_text"] = "oip_text"
    task: Literal["classification", "text"]
    labels: list[Label] = Field(default_factory=list, max_length=20_000)
    """Where the output holds a number a label in place of the label."""
    input: _Name = "text"
    output: _Name | None = None
    """May be left out where the model has one output."""
