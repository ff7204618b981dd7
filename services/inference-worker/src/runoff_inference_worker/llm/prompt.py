"""What is asked about an entry: the declared prompt, and what the task adds to it."""

from dataclasses import dataclass

from pydantic import JsonValue

from runoff_contracts.specs.llm import LlmSpec
from runoff_inference_worker.errors import BadEntry
from runoff_inference_worker.llm.picture import picture_of
from runoff_inference_worker.llm.template import Template
from runoff_inference_worker.provider import Anchor, Ask, Picture
from runoff_objects.store import Objects

_DEFAULT = "{{text}}"
PLACED = ("detection", "coordinates")
"""Tasks whose answers are places in an image."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a language model, whatever its API."""

    prompt: str
    system: str | None = None
    image: tuple[bytes, str] | None = None
    """Content and media type."""


class Prompts:
    """Makes the requests of one declaration."""

    def __init__(self, spec: LlmSpec, objects: Objects, *, max_pixels: int) -> None:
        self._spec, self._objects, self._max_pixels = spec, objects, max_pixels
        self._prompt = Template(spec.prompt)
        self._system = Template(spec.system) if spec.system else None
        self._ending = _ending(spec)

    async def request(self, ask: Ask) -> Request:
        """What to ask about an entry.

        Raises:
            BadEntry: When the entry lacks what the prompt names, or its image cannot be sent.
        """
        prompt, system, file = self.words(ask)
        if file is None:
            return Request(prompt or "", system)
        image = await picture_of(self._objects, file, max_pixels=self._max_pixels)
        return Request(prompt or "", system, image)

    def words(self, ask: Ask) -> list[str | None]:
        """Prompt, system prompt and digest of the image that goes along.

        Raises:
            BadEntry: When the entry lacks what the prompt names.
        """
        file = ask.file if self._spec.image else None
        if self._spec.task in PLACED and file is None:
            raise BadEntry("the entry has no image to find places in")
        parts = [] if _is_image_alone(self._spec, ask) else [self._prompt.render(ask)]
        if self._spec.task in PLACED:
            parts.append(_size(ask.picture))
        system = self._system.render(ask) if self._system else None
        anchored = [_anchored(ask.anchor)] if ask.anchor else []
        return ["\n\n".join([*parts, *anchored, *self._ending]), system, file]


def schema_of(spec: LlmSpec) -> dict[str, JsonValue] | None:
    """What the answer has to fit, as JSON Schema; none where it is a plain text."""
    if spec.task == "detection":
        label: JsonValue = {
            "type": "string",
            **({"enum": list(spec.choices)} if spec.choices else {}),
        }
        box = _object({"label": label, **dict.fromkeys(("x", "y", "width", "height"), _NUMBER)})
        return _object({"boxes": {"type": "array", "items": box}})
    if spec.task == "coordinates":
        return _object({"x": _NUMBER, "y": _NUMBER})
    return spec.json_schema


_NUMBER: JsonValue = {"type": "number"}


def _object(properties: dict[str, JsonValue]) -> dict[str, JsonValue]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ending(spec: LlmSpec) -> list[str]:
    """What is said of the answer's form, the same for every entry."""
    if spec.task == "detection":
        which = f" of these labels: {', '.join(spec.choices)}" if spec.choices else ""
        return [
            f"Find every object{which}. Give each as a box: x and y of its upper left corner, "
            "width and height. An empty list says that there is none."
        ]
    if spec.task == "coordinates":
        return ["Give the x and y of the place that is asked for."]
    if spec.choices:
        listed = "\n".join(f"- {each}" for each in spec.choices)
        return [f"Answer with exactly one of these and nothing else:\n{listed}"]
    return []


def _anchored(anchor: Anchor) -> str:
    """What a variation is to keep of an earlier answer, and what not."""
    wanted = {
        "lexical": "Give another answer in the same words as far as they go: keep its vocabulary, "
        "and choose another meaning that the question allows.",
        "semantic": "Say the same in other words: keep its meaning, and change its vocabulary.",
    }
    return f"An earlier answer was:\n<answer>\n{anchor.text}\n</answer>\n{wanted[anchor.mode]}"


def _is_image_alone(spec: LlmSpec, ask: Ask) -> bool:
    """Whether the prompt that nobody wrote has no text to hold: the image is all of it."""
    return spec.prompt == _DEFAULT and ask.text is None and spec.image and ask.file is not None


def _size(picture: Picture | None) -> str:
    if picture is None:
        raise BadEntry("the entry has no image to find places in")
    height, width = picture.shape[:2] if hasattr(picture, "shape") else picture.size[::-1]
    return (
        f"The image is {width} pixels wide and {height} pixels high. Places are in pixels from "
        "its upper left corner, x to the right and y downwards."
    )
