"""Takes datasets and models in: checks everything first, then stores and registers."""
