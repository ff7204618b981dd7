"""The base of all events, and the upcasters that lead old ones to their newest shape."""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter

from runoff_contracts.errors import UnknownEvent

JsonObject = dict[str, JsonValue]
Upcast = Callable[[JsonObject], JsonObject]


class Fact(BaseModel):
    """A part of an event: frozen, and deaf to fields that a newer writer added."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")

    is_shared: ClassVar[bool] = False
    """Whether many events of a slice hold the very same one: it is written once for all."""
    _blank: ClassVar[dict[str, Any]]
    """Every field with its default, in order; None where it has none."""

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        cls._blank = {
            name: None if field.is_required() else field.get_default()
            for name, field in cls.model_fields.items()
        }

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Made without a look at the values: a third of the price, of which a slice has thousands.

        Only for values that were checked where they came from. Every field without a default has
        to be given, and every one whose default is a list.
        """
        made = cls.__new__(cls)
        # As pydantic's `model_construct`, but for its steps a field.
        object.__setattr__(made, "__dict__", cls._blank | values)
        object.__setattr__(made, "__pydantic_fields_set__", set(values))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made


class Event(Fact):
    """Something that happened. Subclasses name their wire `type` and `version`."""

    subject_template: ClassVar[str]
    type: str
    version: int


AnyEvent = TypeVar("AnyEvent", bound=Event)


class _Item(BaseModel, Generic[AnyEvent]):
    """A structured CloudEvent, as far as we read it."""

    id: str
    data: AnyEvent


class EventTypes:
    """Which class reads which event, and how an older version becomes the newest."""

    def __init__(self, *classes: type[Event]) -> None:
        self._classes = {_wire_name(each): each for each in classes}
        self._batches: dict[str, TypeAdapter[list[_Item[Event]]]] = {}
        self._upcasts: dict[tuple[str, int], Upcast] = {}

    @property
    def classes(self) -> list[type[Event]]:
        """Every event class, in the order in which they were declared."""
        return list(self._classes.values())

    def upcasts(self, type_: str, *, from_version: int) -> Callable[[Upcast], Upcast]:
        """Register the step from `from_version` to the next one."""

        def register(step: Upcast) -> Upcast:
            self._upcasts[type_, from_version] = step
            return step

        return register

    def read_newest(self, type_: str, body: bytes) -> list[tuple[str, Event]]:
        """Id and event of a batch that its writer says to be of the newest version.

        Half the price of reading each by itself: the body goes from JSON to events in one step.

        Raises:
            pydantic.ValidationError: When it is not that, or not well formed.
        """
        if type_ not in self._batches:
            # The class is known at run time only, which no type checker can follow.
            item: type[_Item[Event]] = _Item[self._classes[type_]]  # type: ignore[name-defined]
            self._batches[type_] = TypeAdapter(list[item])  # type: ignore[valid-type]
        items = self._batches[type_].validate_json(body)
        return [(item.id, item.data) for item in items]

    def newest(self, type_: str) -> int | None:
        """Newest version of a type; none where the type is not known."""
        class_ = self._classes.get(type_)
        return None if class_ is None else int(class_.model_fields["version"].default)

    def read(self, data: JsonObject) -> Event:
        """The event in its newest shape.

        Raises:
            UnknownEvent: For a type that is not declared, or a version newer than this code.
            pydantic.ValidationError: For a body that does not fit its class.
        """
        type_, version = data.get("type"), data.get("version")
        class_ = self._classes.get(str(type_))
        if class_ is None or not isinstance(version, int) or isinstance(version, bool):
            raise UnknownEvent(str(type_), version)
        newest = class_.model_fields["version"].default
        while version != newest:
            step = self._upcasts.get((str(type_), version))
            if step is None:
                raise UnknownEvent(str(type_), version)
            version += 1
            data = {**step(data), "version": version}
        return class_.model_validate(data)


def _wire_name(class_: type[Event]) -> str:
    return str(class_.model_fields["type"].default)
