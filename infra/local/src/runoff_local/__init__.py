"""The whole of Runoff on one machine without containers."""
