"""`browser/…`: a model that exists only as a web page."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from runoff_contracts.specs.declaration import Declaration, Url

Selector = Annotated[str, StringConstraints(min_length=1, max_length=500)]
"""CSS, or whatever else Playwright's locators take."""


class BrowserSpec(Declaration):
    """Declaration of how a page is used: where to type, what to press, where the answer stands."""

    kind: Literal["browser"] = "browser"
    task: Literal["classification", "coordinates", "text"]
    """Of coordinates the answer reads as two numbers, x and y in pixels of the image. Boxes are
    nothing that a page says in words, so detection is not among them."""
    url: Url
    text_input: Selector | None = None
    file_input: Selector | None = Field(default=None, validate_default=True)
    """Where an entry's image is put; one of the two inputs has to be named."""
    submit: Selector | None = None
    """What is pressed; Enter in the input where it is left out."""
    done: Selector | None = None
    """What is to be seen once the answer is whole; the answer itself where it is left out."""
    answer: Selector
    confidence: Selector | None = None
    """Where a number from 0 to 1, or a percentage, stands."""
    settle_s: float = Field(default=0.3, ge=0, le=60)
    """How long the answer has to stay the same to be whole."""

    @field_validator("file_input")
    @classmethod
    def _has_an_input(cls, selector: str | None, info: ValidationInfo) -> str | None:
        if selector is None and info.data.get("task") == "coordinates":
            raise ValueError("is needed: coordinates are of an image")
        if selector is None and info.data.get("text_input") is None:
            raise ValueError("name text_input, file_input or both: where an entry is put")
        return selector
