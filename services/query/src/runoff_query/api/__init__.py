"""The HTTP API: read models out, commands in."""
