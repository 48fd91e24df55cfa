"""Light on a surface: Lambert diffuse under a spherical-harmonics sky, GGX highlights of suns and points.

Everything but the base colour is computed once, as a `Reflection`, and then coloured as often as one likes: the
textured and the plain picture share it. Arrays are planar, (3, P).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from .lights import Lights
from .material import Material
from .normals import unit

DIELECTRIC = 0.04
"""Specular reflectance at normal incidence of what is not metal (Principled BSDF at IOR 1.5)."""

SMOOTHEST = 0.05
"""Least roughness: suns and points have no size, so their image in a mirror would be a point."""

LEAST_SEEN = 1e-3
"""Cosine to the eye that a surface is taken to have at least, where it is divided by."""

LEAST_SQUARE = 1e-6
"""What the square of the length of light + eye is at least: zero where one looks into the light."""


@dataclass(frozen=True)
class Reflection:
    """What P points send to the eye; radiance is linear in the base colour.

    Attributes
    ----------
    tinted
        (3, P) for each unit of base colour: diffuse, and what metal mirrors.
    clear
        (3, P) whatever the base colour: what is mirrored as by glass.
    """

    tinted: Tensor
    clear: Tensor


def reflect(
    normals: Tensor,
    points: Tensor,
    eyes: Tensor,
    material: Material,
    lights: Lights,
    sunlit: Tensor | None = None,
) -> Reflection:
    """Gather the light on P points.

    Parameters
    ----------
    normals
        (3, P) unit; turned towards the eye where they look away, so that surfaces are two-sided.
    points, eyes
        (3, P) metres: the surface, and the camera that sees it.
    material, lights
        How it reflects; what falls on it.
    sunlit
        (D, P) how much of each sun arrives, in [0, 1]; None: all of it everywhere.
    """
    view = unit(eyes - points)
    seen = (normals * view).sum(0)
    turned = torch.where(seen < 0, -1.0, 1.0)
    normals, seen = normals * turned, seen * turned
    facing, towards_eye, fallen = _arriving(normals, points, view, lights)
    lobe, fresnel = _lobe(facing, seen.clamp_min(LEAST_SEEN), towards_eye, material.roughness)
    mirrored = lobe * facing
    if sunlit is not None:
        arriving = torch.cat([sunlit, torch.ones_like(facing[len(sunlit) :])])
        facing, mirrored = facing * arriving, mirrored * arriving
    parts = torch.stack([facing, mirrored, mirrored * fresnel])
    mix = _mix(material.metallic)
    about = torch.stack(_from_sky(lights.ambient, normals, seen, view))
    around = (mix[:, :2] @ about.flatten(1)).unflatten(1, (3, -1))
    return Reflection(*(_gathered(parts, mix, fallen, lights) + around))


def colour(reflection: Reflection, base: Tensor) -> Tensor:
    """Radiance (3, P), linear, of a surface of base colour (3, P) or (3, 1), linear."""
    return torch.addcmul(reflection.clear, reflection.tinted, base)


def irradiance(coefficients: Tensor, directions: Tensor) -> Tensor:
    """Evaluate ambient coefficients (9, 3) in unit directions (3, P), clamped at 0: (3, P)."""
    x, y, z = directions
    basis = torch.stack([torch.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y])
    return (coefficients.t() @ basis).clamp_min(0)


def _from_sky(ambient: Tensor, normals: Tensor, seen: Tensor, view: Tensor) -> tuple[Tensor, Tensor]:
    """Irradiance over pi about the normal, and about the reflected ray, a rough stand-in for the sky's mirror image."""
    if len(ambient) == 1:
        everywhere = ambient.t().clamp_min(0)
        return everywhere, everywhere
    return irradiance(ambient, normals), irradiance(ambient, 2 * seen * normals - view)


def _mix(metallic: Tensor) -> Tensor:
    """What a surface adds to the tinted light (row 0) and to the clear (row 1), of three parts: (2, 3).

    The parts are diffuse light, mirrored light, and what Schlick's Fresnel term takes of the latter: that is clear.
    """
    dull, none = 1 - metallic, torch.zeros_like(metallic)
    glass = DIELECTRIC * dull
    return torch.stack([dull, metallic, -metallic, none, glass, 1 - glass]).view(2, 3)


def _gathered(parts: Tensor, mix: Tensor, fallen: Tensor | None, lights: Lights) -> Tensor:
    """Mix parts (3, L, P) of what L lights give, each in its light's colour: (2, 3, P)."""
    if fallen is None:
        weights = mix[:, None, :, None] * lights.sun_colours.t()[:, None]
        return (weights.flatten(0, 1).flatten(1) @ parts.flatten(0, 1)).unflatten(0, (2, 3))
    return (mix @ (fallen * parts[:, None]).sum(2).flatten(1)).unflatten(1, (3, -1))


def _arriving(normals: Tensor, points: Tensor, view: Tensor, lights: Lights) -> tuple[Tensor, Tensor, Tensor | None]:
    """Cosines of L lights to the normal, at least 0, and to the eye, (L, P); their colours (3, L, P), None for suns."""
    facing, towards_eye = lights.sun_directions @ normals, lights.sun_directions @ view
    if not len(lights.point_positions):
        return facing.clamp_min(0), towards_eye, None
    ray = lights.point_positions.t()[:, :, None] - points[:, None]
    inverse = (ray * ray).sum(0).clamp_min(1e-6).rsqrt()
    near = lights.point_colours.t()[:, :, None] * (inverse * inverse)
    far = lights.sun_colours.t()[:, :, None].expand(-1, -1, points.shape[1])
    facing = torch.cat([facing, (ray * normals[:, None]).sum(0) * inverse])
    towards_eye = torch.cat([towards_eye, (ray * view[:, None]).sum(0) * inverse])
    return facing.clamp_min(0), towards_eye, torch.cat([far, near], dim=1)


def _lobe(facing: Tensor, seen: Tensor, towards_eye: Tensor, roughness: Tensor) -> tuple[Tensor, Tensor]:
    """Cook-Torrance without Fresnel, times pi (lights are given over pi), and Schlick's weight: (L, P) each.

    GGX distribution and Smith masking with uncorrelated shadowing (Walter et al. 2007), alpha = roughness squared. The
    half vector never appears: for unit vectors its length is sqrt(2 + 2 light . eye).
    """
    squared = (2 + 2 * towards_eye).clamp_min(LEAST_SQUARE)
    at_half = ((facing + seen) ** 2 / squared).clamp_max(1)
    alpha2 = roughness.clamp_min(SMOOTHEST) ** 4
    spread = (at_half * (alpha2 - 1) + 1) ** 2
    grazing = 1 - 0.5 * squared.sqrt().clamp_max(2)
    squared_grazing = grazing * grazing
    lobe = alpha2 / (spread * _smith(facing, alpha2) * _smith(seen, alpha2))
    return lobe, squared_grazing * squared_grazing * grazing  # a power of 5 takes twice as long


def _smith(cosine: Tensor, alpha2: Tensor) -> Tensor:
    """Denominator of Smith's masking for GGX."""
    return cosine + torch.sqrt(alpha2 + (1 - alpha2) * cosine * cosine)
