"""The compute side of ClipMatrix."""
