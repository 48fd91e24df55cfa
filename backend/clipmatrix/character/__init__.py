"""The character as tensors: parts joined into one surface, shape basis, skin, poses."""

from .assemble import assemble, split, start_offsets
from .character import Character
from .shape import shaped
from .skinning import blend, skin, transform
from .weld import Weld, weld

__all__ = ["Character", "Weld", "assemble", "blend", "shaped", "skin", "split", "start_offsets", "transform", "weld"]
