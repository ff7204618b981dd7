"""From a vector to a prediction: the label of the known vectors that it is most like."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from runoff_contracts.specs.tensors import EmbeddingOutput
from runoff_inference_worker.classes import labeled
from runoff_inference_worker.errors import AttemptFailed, MalformedAnswer
from runoff_inference_worker.gallery import Gallery
from runoff_inference_worker.provider import Answer


def labels_of(
    vectors: NDArray[Any], output: EmbeddingOutput, gallery: Gallery, *, n_asked: int
) -> list[Answer | AttemptFailed]:
    """One label a vector, with probabilities where a temperature is declared.

    Args:
        vectors: Of shape (n_asked, d), of any length; their direction alone counts.
        output: What they mean.
        gallery: What they are held against.
        n_asked: Images of the call.

    Raises:
        MalformedAnswer: When the vectors have another shape.
    """
    if vectors.shape != (n_asked, gallery.width):
        raise MalformedAnswer(
            f"the output has shape {vectors.shape}, needed is {(n_asked, gallery.width)}: a vector "
            "as long as the gallery's"
        )
    likeness = gallery.likeness(vectors)
    if output.temperature is None:
        made = labeled(likeness, gallery.labels, None, n_asked=n_asked)
    else:
        made = labeled(likeness / output.temperature, gallery.labels, "softmax", n_asked=n_asked)
    for place in np.flatnonzero(~vectors.any(axis=1)):
        made[place] = MalformedAnswer("the vector is zero: it is like nothing")
    return made
