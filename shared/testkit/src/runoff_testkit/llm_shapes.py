"""Requests and answers of the protocols that the server of language models speaks.

Sources: the API references of OpenAI (chat completions), Anthropic (messages) and Google
(generateContent).
"""

from __future__ import annotations

import json
from typing import Any

N_INPUT, N_OUTPUT = 10, 2
"""Tokens that every answer is charged for."""
LOGPROBS = (-0.1, -0.3)


def api_of(path: str) -> str:
    """Which protocol a request is of, by its path."""
    if path.endswith("/chat/completions"):
        return "openai"
    return "anthropic" if path.startswith("/v1/messages") else "google"


def prompt_of(api: str, body: dict[str, Any]) -> str:
    """The text of a request's last message."""
    if api == "google":
        return _texts(body["contents"][-1]["parts"])
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else _texts(content)


def wants_logprobs(api: str, body: dict[str, Any]) -> bool:
    """Whether log probabilities are asked for."""
    if api == "google":
        return bool((body.get("generationConfig") or {}).get("responseLogprobs"))
    return bool(body.get("logprobs"))


def answer_body(api: str, text: str, body: dict[str, Any], *, logprobs: bool = False) -> str:
    """A fine answer."""
    if api == "openai":
        return json.dumps(_openai(text, body, logprobs=logprobs))
    if api == "anthropic":
        return json.dumps(_anthropic(text, body))
    return json.dumps(_google(text, logprobs=logprobs))


def error_body(api: str, status: int, message: str) -> str:
    """A refusal, as the API words it."""
    if api == "anthropic":
        return json.dumps({"type": "error", "error": {"type": "api_error", "message": message}})
    if api == "google":
        return json.dumps({"error": {"code": status, "message": message, "status": "UNKNOWN"}})
    return json.dumps({"error": {"message": message, "type": "ordered", "code": None}})


def _texts(parts: list[dict[str, Any]]) -> str:
    return "\n".join(each["text"] for each in parts if "text" in each)


def _openai(text: str, body: dict[str, Any], *, logprobs: bool) -> dict[str, Any]:
    tokens: list[dict[str, Any]] = [
        {"token": "a", "logprob": each, "bytes": None, "top_logprobs": []} for each in LOGPROBS
    ]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": body.get("model"),
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text},
                "finish_reason": "stop",
                "logprobs": {"content": tokens} if logprobs else None,
            }
        ],
        "usage": {
            "prompt_tokens": N_INPUT,
            "completion_tokens": N_OUTPUT,
            "total_tokens": N_INPUT + N_OUTPUT,
        },
    }


def _anthropic(text: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [{"type": "text", "text": text}] if text else [],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": N_INPUT, "output_tokens": N_OUTPUT},
    }


def _google(text: str, *, logprobs: bool) -> dict[str, Any]:
    candidate: dict[str, Any] = {
        "content": {"role": "model", "parts": [{"text": text}] if text else []},
        "finishReason": "STOP",
        "index": 0,
    }
    if logprobs:
        candidate["avgLogprobs"] = sum(LOGPROBS) / len(LOGPROBS)
        candidate["logprobsResult"] = {"chosenCandidates": []}
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": N_INPUT,
            "candidatesTokenCount": N_OUTPUT,
            "totalTokenCount": N_INPUT + N_OUTPUT,
        },
        "modelVersion": "gemini",
    }
