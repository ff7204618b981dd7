"""Scores entries and compares contenders."""
