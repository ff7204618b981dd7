"""The material of `runoff demo`: real scans of digits and two models trained on them.

Needs the extra `runoff[demo]`; nothing else in `runoff` imports this package when it loads.
"""
