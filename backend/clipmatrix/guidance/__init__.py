"""CLIP guidance: frozen towers, prompts, and what the towers are shown."""

from .errors import ClipUnavailable
from .precision import find_precision
from .towers import Tower, in_precision, load_tower, load_towers

__all__ = ["ClipUnavailable", "Tower", "find_precision", "in_precision", "load_tower", "load_towers"]
