"""Material and light, as they travel both ways."""

from typing import Annotated

import msgspec
from msgspec import Meta

Triple = tuple[float, float, float]

MOST_SUNS = 4
"""Suns of a light, at most: key, fill, rim, and one more."""


class Sun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A light that is infinitely far away.

    Attributes
    ----------
    direction
        From the character towards the light, of any length but 0.
    colour
        Linear RGB, unclamped: the radiance of a white matte surface that faces it (irradiance over pi).
    """

    direction: Triple = (0.3, -0.7, 0.65)
    colour: Triple = (1.2, 1.2, 1.2)

    def __post_init__(self) -> None:
        if not any(self.direction):
            raise ValueError("a sun shines from nowhere")


class Look(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Material of the whole surface and the light it was judged under.

    Attributes
    ----------
    roughness, metallic
        As in Blender's Principled BSDF.
    ambient
        Linear RGB, unclamped: the radiance of a sky that is the same all around.
    suns
        The lights in it, the brightest usually first.
    """

    roughness: Annotated[float, Meta(ge=0, le=1)] = 0.6
    metallic: Annotated[float, Meta(ge=0, le=1)] = 0.0
    ambient: Triple = (0.6, 0.6, 0.6)
    suns: Annotated[tuple[Sun, ...], Meta(min_length=1, max_length=MOST_SUNS)] = (Sun(),)
