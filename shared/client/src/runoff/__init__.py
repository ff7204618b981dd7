"""Runoff: which AI model is better, and how sure that is.

client = runoff.Client()
client.datasets.add("digits/", name="digits")
client.models.add("net.onnx", name="onnx/net", spec="net.json")
run = client.runs.launch(dataset="digits", models=["onnx/net", "onnx/other"])
for view in client.runs.watch(run.id):
    print(view.n_scored, "of", view.n_entries)
print(client.comparisons.of_run(run.id).document.verdict)
"""

from runoff.client import Client
from runoff.errors import (
    ExtraMissing,
    InvalidInput,
    NotServed,
    ProblemError,
    RunNotCompleted,
    RunoffError,
    ServerUnreachable,
    StackFailed,
    UnexpectedAnswer,
)
from runoff.evaluation import Evaluation
from runoff.events import LogEvent
from runoff.reviews import AnswerReview

__all__ = [
    "AnswerReview",
    "Client",
    "Evaluation",
    "ExtraMissing",
    "InvalidInput",
    "LogEvent",
    "NotServed",
    "ProblemError",
    "RunNotCompleted",
    "RunoffError",
    "ServerUnreachable",
    "StackFailed",
    "UnexpectedAnswer",
]
