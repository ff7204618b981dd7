"""The material of `runoff demo`: scans of digits with models trained on them, and questions.

The images and their models need the extra `runoff[demo]`; the questions and what answers them need
nothing. Nothing else in `runoff` imports this package when it loads.
"""
