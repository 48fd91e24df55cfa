"""Material and light, as they travel both ways."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Material of the whole surface and the light it was judged under.

    ``roughness`` and ``metallic`` as in Blender's Principled BSDF. ``sun_direction`` points from the character
    towards the light; colours are linear RGB, unclamped.
    """

    roughness: Annotated[float, Meta(ge=0, le=1)] = 0.6
    metallic: Annotated[float, Meta(ge=0, le=1)] = 0.0
    ambient: tuple[float, float, float] = (0.6, 0.6, 0.6)
    sun_direction: tuple[float, float, float] = (0.3, -0.7, 0.65)
    sun_colour: tuple[float, float, float] = (1.2, 1.2, 1.2)
