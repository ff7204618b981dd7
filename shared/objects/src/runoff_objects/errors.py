"""What can be wrong with stored objects.

ObjectError
├── ObjectMissing    nothing is stored under a digest
├── ObjectDamaged    what is stored is not what its digest says
├── EmptySelection   no entry fits what was selected
├── BadPredictions   an uploaded file holds something else than predictions
└── BadArrays        an object is no object of arrays, or of arrays that cannot be packed
"""


class ObjectError(Exception):
    """Base of everything that the object store raises."""


class ObjectMissing(ObjectError):
    """The store lost the object, or this process looks at another store than its writer."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"no object {digest}")
        self.digest = digest


class ObjectDamaged(ObjectError):
    """The stored bytes have another digest: restore the object from a backup."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"object {digest} is damaged")
        self.digest = digest


class EmptySelection(ObjectError):
    """No entry fits: look at the version's splits and sections."""

    def __init__(self) -> None:
        super().__init__("no entry fits the selection")


class BadPredictions(ObjectError):
    """Upload the predictions anew: what is stored is not in the shape of `UploadedAnswer`."""


class BadArrays(ObjectError):
    """An older release wrote the object, or it is none of this kind: make it again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"no object of arrays: {reason}")
        self.reason = reason
