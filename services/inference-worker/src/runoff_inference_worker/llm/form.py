"""A request of the OpenAI protocol but for its words, which is all that differs from call to call.

pydantic-ai makes the first request of a model; the next ones take the same fields. Only a request
that is nothing but texts has a form, and only where each text came out as a message of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelRequest, SystemPromptPart, UserPromptPart
from pydantic_core import to_json

_Kind = type[SystemPromptPart] | type[UserPromptPart]
_Texts = list[tuple[_Kind, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """What is the same in all requests with these settings and parameters."""

    settings: Mapping[str, Any]
    parameters: object
    kinds: list[_Kind]
    roles: list[str]
    fields: Mapping[str, Any]  # as the protocol has them

    def body(
        self, messages: Sequence[ModelMessage], settings: Mapping[str, Any], parameters: object
    ) -> bytes | None:
        """The request with other words; none where it is of another form."""
        texts = _texts_of(messages)
        if texts is None or parameters is not self.parameters or settings != self.settings:
            return None
        if [kind for kind, _ in texts] != self.kinds:
            return None
        said = [
            {"role": role, "content": text}
            for role, (_, text) in zip(self.roles, texts, strict=True)
        ]
        return to_json({**self.fields, "messages": said})


def form_of(
    messages: Sequence[ModelMessage],
    settings: Mapping[str, Any],
    parameters: object,
    body: Mapping[str, Any],
) -> Form | None:
    """The form of a request that was made; none where it is more than its texts.

    Args:
        body: What pydantic-ai made of messages, settings and parameters.
    """
    texts, made = _texts_of(messages), body["messages"]
    if texts is None or len(made) != len(texts):
        return None
    for (_, text), message in zip(texts, made, strict=True):
        if set(message) != {"role", "content"} or message["content"] != text:
            return None
    kinds, roles = [kind for kind, _ in texts], [message["role"] for message in made]
    return Form(dict(settings), parameters, kinds, roles, body)


def _texts_of(messages: Sequence[ModelMessage]) -> _Texts | None:
    """Kind and words of each part; none where there is anything else, or a part without words."""
    if len(messages) != 1:
        return None
    request = messages[0]
    if not isinstance(request, ModelRequest) or request.instructions is not None:
        return None
    texts: _Texts = []
    for part in request.parts:
        if not isinstance(part, SystemPromptPart | UserPromptPart):
            return None
        if not isinstance(part.content, str) or not part.content:
            return None
        texts.append((type(part), part.content))
    return texts
