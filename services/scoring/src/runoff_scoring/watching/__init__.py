"""Runs that go on: what may be said of their models by now, and whether that decides them."""
