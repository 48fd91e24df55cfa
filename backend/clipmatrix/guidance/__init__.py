"""CLIP guidance: frozen towers, prompts, and what the towers are shown."""

from .errors import ClipUnavailable
from .towers import Tower, load_tower, load_towers

__all__ = ["ClipUnavailable", "Tower", "load_tower", "load_towers"]
