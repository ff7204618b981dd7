"""A comparison as the server stored it: the document, and the very bytes that its digest is of."""

from dataclasses import dataclass, field
from typing import Self

from runoff_contracts.comparison import ComparisonDocument, digest_of


@dataclass(frozen=True)
class Comparison:
    """One comparison document."""

    digest: str
    """Of `raw`; the same question over the same runs has the same one."""
    document: ComparisonDocument
    raw: bytes = field(repr=False)
    """The document as the server stores it, byte for byte."""
    url: str
    """Where it is served."""

    @classmethod
    def read(cls, raw: bytes, *, url: str) -> Self:
        """The document that these bytes are.

        Raises:
            ValidationError: When they are none of the newest version.
        """
        return cls(digest_of(raw), ComparisonDocument.model_validate_json(raw), raw, url)

    @property
    def verdict(self) -> str:
        """What may be said, in one or two sentences."""
        return self.document.verdict
