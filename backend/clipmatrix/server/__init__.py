"""The backend as clients see it: a ROUTER socket, jobs, and one thread that computes."""

from .computing import Computing
from .serve import serve

__all__ = ["Computing", "serve"]
