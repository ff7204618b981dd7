"""A comparison as the server stored it: the document, and the very bytes that its digest is of."""

from typing import Self

from pydantic import Field

from runoff_contracts.comparison import ComparisonDocument, digest_of
from runoff_contracts.views import ComparisonView


class Comparison(ComparisonView):
    """One comparison document, `digest` of which names it everywhere."""

    raw: bytes = Field(exclude=True, repr=False)
    """The document as the server stores it, byte for byte; `digest` is of these."""
    url: str = Field(exclude=True)
    """Where it is served."""

    @classmethod
    def read(cls, raw: bytes, *, url: str) -> Self:
        """The document that these bytes are.

        Raises:
            ValidationError: When they are none of the newest version.
        """
        document = ComparisonDocument.model_validate_json(raw)
        return cls(digest=digest_of(raw), document=document, raw=raw, url=url)

    @property
    def verdict(self) -> str:
        """What may be said, in one or two sentences."""
        return self.document.verdict
