"""Lights: ambient spherical harmonics, suns, points. Colours are linear RGB."""

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Lights:
    """All lights of a scene; any of the counts may be 0.

    Attributes
    ----------
    ambient
        (9, 3) coefficients of irradiance over pi in real spherical harmonics of order 2 (Ramamoorthi and Hanrahan
        2001), basis order 1, y, z, x, xy, yz, 3z^2 - 1, xz, x^2 - y^2; or (1, 3), the colour of a uniform sky.
    sun_directions, sun_colours
        (D, 3) unit vectors towards the light; (D, 3) radiance over pi reaching a surface that faces it.
    point_positions, point_colours
        (Q, 3) metres; (Q, 3), radiance over pi at one metre.
    shadows
        Texels a side of the depth maps by which suns cast shadows; 0: they cast none.
    """

    ambient: Tensor
    sun_directions: Tensor
    sun_colours: Tensor
    point_positions: Tensor
    point_colours: Tensor
    shadows: int = 0


def sky(colour: Tensor, sun_directions: Tensor, sun_colours: Tensor, shadows: int = 0) -> Lights:
    """Make a uniform sky (3,) with suns: directions (D, 3) towards them and colours (D, 3), or (3,) each for one."""
    none = colour.new_zeros(0, 3)
    return Lights(colour[None], sun_directions.view(-1, 3), sun_colours.view(-1, 3), none, none, shadows)
