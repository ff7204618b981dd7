"""A run written out, a part at a time: pages in, bytes of one format out."""
