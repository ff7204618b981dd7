"""The event log of Runoff on JetStream: append, read, bootstrap."""
