"""The backend as clients see it: a ROUTER socket, jobs, and one thread that computes."""

from .serve import serve

__all__ = ["serve"]
