"""Servers of the Open Inference Protocol: MLServer, and one that misbehaves on order."""
