"""Asks models about entries."""
