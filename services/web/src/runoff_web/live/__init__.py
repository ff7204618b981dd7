"""Keeps open pages fresh: one connection to the API, one to each browser."""
