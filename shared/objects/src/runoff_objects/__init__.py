"""Content-addressed objects of Runoff: files, entry sets, models."""
