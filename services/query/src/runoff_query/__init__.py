"""Projects the event log into Postgres and serves the HTTP API."""
