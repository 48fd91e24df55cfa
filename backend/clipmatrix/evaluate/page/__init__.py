"""The page a person looks at: one file, no scripts, nothing from elsewhere."""

from .build import page

__all__ = ["page"]
