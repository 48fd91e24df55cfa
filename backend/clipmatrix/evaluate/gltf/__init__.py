"""glTF binaries as subjects of an evaluation."""

from .read import read_glb

__all__ = ["read_glb"]
