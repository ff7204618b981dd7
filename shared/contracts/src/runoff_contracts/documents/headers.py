"""The headers of a message of the log, and what each says."""

from runoff_contracts import envelope

HEADERS = {
    "ce-specversion": "`1.0`.",
    "ce-id": "The event's id: made of what happened, so the same event always has the same. "
    "For a slice, the id of the slice.",
    "ce-source": "The service that speaks: `runoff/run-manager`, `runoff/inference-worker` …",
    "ce-type": "The event's type; of a slice, the type of every event in it.",
    "ce-subject": "The subject that it was appended to.",
    "ce-time": "When its writer says that it happened (RFC 3339, UTC).",
    "ce-dataschema": "`runoff:<type>:v<version>`.",
    "content-type": f"`application/json` for one event, `{envelope.BATCH_TYPE}` for a slice.",
    "Nats-Msg-Id": "Subject and id: the server drops a second message of the same within 5 s.",
    "Runoff-Slice-Id": "The append's own key: a writer that finds it there was there before.",
}
"""On every message."""

CONTEXT_HEADERS = {
    "Runoff-Correlation-Id": "The run that this is about.",
    "Runoff-Causation-Id": "The command or message that this answers.",
    "traceparent": "W3C trace context, where the writer is traced.",
}
"""Where the writer knows them."""

SLICE_HEADERS = {
    envelope.N_ENTRIES: "Entries in the slice (processed and scored).",
    envelope.SLICE_START: "Place of its first entry in the run's entry set (processed).",
    envelope.N_ANSWERS: "Predictions with an answer, over all contenders (processed).",
    envelope.N_FAILED: "Entries that at least one contender could not answer (processed).",
    envelope.COST_USD: "Sum of its known costs; absent where none is known (processed).",
    envelope.ELAPSED_S: "Seconds from the take-up of the slice to its append (processed).",
    envelope.COST_USD: "Sum of its known costs; absent where none is known (processed).",
}
"""On slices, so that who counts needs no body."""
