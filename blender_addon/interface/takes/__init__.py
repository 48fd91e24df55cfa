"""The takes of a character: kept on its own objects, so they are saved, copied, appended and undone with it."""

from .groups import ORIGINAL, ClipMatrixTake, ClipMatrixWardrobe, register, unregister, wardrobe
from .keeping import forget, record, wear
from .owners import chosen, find_take, has_unsettled_job, owner_of
from .shelving import SHELF

__all__ = [
    "ORIGINAL",
    "SHELF",
    "ClipMatrixTake",
    "ClipMatrixWardrobe",
    "chosen",
    "find_take",
    "forget",
    "has_unsettled_job",
    "owner_of",
    "record",
    "register",
    "unregister",
    "wardrobe",
    "wear",
]
