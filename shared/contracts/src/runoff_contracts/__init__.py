"""Ids, commands, events and subjects of Runoff."""
