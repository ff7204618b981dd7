"""Fetches the gallery of a model of embeddings; runs of the same file share it."""

import asyncio
from weakref import WeakValueDictionary

from runoff_contracts.problem import FieldError
from runoff_contracts.specs.tensors import EmbeddingOutput, TensorSpec
from runoff_inference_worker.errors import ModelRefused
from runoff_inference_worker.gallery import BadGallery, Gallery, read_gallery
from runoff_inference_worker.provider import Kit
from runoff_objects.errors import ObjectError

_OWN = "gallery"
_FIELD = "spec.output.gallery"


async def gallery_of(spec: TensorSpec, kit: Kit) -> Gallery | None:
    """The labelled vectors that a declaration names; none where its output is no embedding.

    Raises:
        ModelRefused: On `spec.output.gallery`, where there are none.
    """
    if not isinstance(spec.output, EmbeddingOutput):
        return None
    if spec.output.gallery is None:
        raise _refused("is needed: send the file of labelled vectors along, as `gallery`")
    kept: WeakValueDictionary[tuple[str, str], Gallery] = kit.shared.setdefault(
        _OWN, WeakValueDictionary()
    )
    key = (spec.output.gallery, spec.output.nearest)
    found = kept.get(key)
    if found is None:
        try:
            content = await kit.objects.get(spec.output.gallery)
            found = await asyncio.to_thread(read_gallery, content, spec.output.nearest)
        except (ObjectError, BadGallery) as error:
            raise _refused(str(error)) from error
        kept[key] = found
    return found


def _refused(message: str) -> ModelRefused:
    return ModelRefused(
        "bad-gallery",
        "The gallery of the embeddings cannot be used",
        errors=[FieldError(field=_FIELD, message=message)],
    )
