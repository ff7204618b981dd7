"""The table of providers: a new one is a module here and a line below."""

from runoff_inference_worker.provider import Provider
from runoff_inference_worker.providers import browser, llm, oip, onnx, python, upload

PROVIDERS: dict[str, Provider] = {
    "browser": browser.PROVIDER,
    "oip": oip.PROVIDER,
    "onnx": onnx.PROVIDER,
    "python": python.PROVIDER,
    "upload": upload.PROVIDER,
    **dict.fromkeys(("openai", "anthropic", "google", "ollama", "llm"), llm.PROVIDER),
}
"""By the part of a model's name before the first slash."""
