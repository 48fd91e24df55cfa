"""The light a job starts with: its character's suns, and further ones where more are asked for."""

import clipmatrix_protocol as protocol
from clipmatrix_protocol import Sun
from msgspec.structs import replace

SPREAD = (
    Sun(),
    Sun((-0.8, -0.4, 0.3), (0.35, 0.35, 0.35)),
    Sun((-0.3, 0.8, 0.6), (0.5, 0.5, 0.5)),
    Sun((0.9, 0.3, 0.1), (0.25, 0.25, 0.25)),
)
"""Key, fill, rim and side light, as photographers set them up around a face that looks to -Y."""


def with_suns(look: protocol.Look, count: int) -> protocol.Look:
    """Add suns of :data:`SPREAD` until there are ``count``; those that are there stay, however many."""
    return replace(look, suns=look.suns + SPREAD[len(look.suns) : count])
