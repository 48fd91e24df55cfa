"""Light on a surface: Lambert diffuse under a spherical-harmonics sky, GGX highlights of suns and points."""

import torch
import torch.nn.functional as F
from torch import Tensor

from .lights import Lights
from .material import Material

DIELECTRIC = 0.04
"""Specular reflectance at normal incidence of what is not metal (Principled BSDF at IOR 1.5)."""


def shade(base: Tensor, normals: Tensor, points: Tensor, eyes: Tensor, material: Material, lights: Lights) -> Tensor:
    """Shade P points.

    Parameters
    ----------
    base
        (P, 3) linear base colour.
    normals
        (P, 3) unit, towards the viewer.
    points, eyes
        (P, 3) metres: the surface, and the camera that sees it.
    material, lights
        How it reflects; what falls on it.

    Returns
    -------
    Tensor
        (P, 3) linear radiance.
    """
    towards_eye = F.normalize(eyes - points, dim=-1)
    diffuse = base * (1 - material.metallic)
    specular = DIELECTRIC * (1 - material.metallic) + base * material.metallic
    sky = irradiance(lights.ambient, normals)
    # A rough stand-in for the sky's mirror image: its irradiance about the reflected ray.
    mirrored = 2 * (normals * towards_eye).sum(-1, keepdim=True) * normals - towards_eye
    total = diffuse * sky + specular * irradiance(lights.ambient, mirrored)
    for direction, colour in zip(lights.sun_directions, lights.sun_colours, strict=True):
        total = total + _lit(diffuse, specular, normals, towards_eye, direction.expand_as(normals), colour, material)
    for position, colour in zip(lights.point_positions, lights.point_colours, strict=True):
        ray = position - points
        fallen = colour / (ray * ray).sum(-1, keepdim=True).clamp_min(1e-6)
        total = total + _lit(diffuse, specular, normals, towards_eye, F.normalize(ray, dim=-1), fallen, material)
    return total


def irradiance(coefficients: Tensor, normals: Tensor) -> Tensor:
    """Evaluate ambient coefficients (9, 3) in directions (P, 3), clamped at 0: (P, 3)."""
    x, y, z = normals.unbind(-1)
    basis = torch.stack([torch.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], dim=-1)
    return (basis @ coefficients).clamp_min(0)


def _lit(
    diffuse: Tensor, specular: Tensor, normals: Tensor, eye: Tensor, light: Tensor, colour: Tensor, material: Material
) -> Tensor:
    """Add one light: Cook-Torrance with GGX, Smith and Schlick (Walter et al. 2007; Heitz 2014)."""
    facing = (normals * light).sum(-1, keepdim=True).clamp_min(0)
    seen = (normals * eye).sum(-1, keepdim=True).clamp_min(1e-3)
    half = F.normalize(light + eye, dim=-1, eps=1e-6)
    at_half = (normals * half).sum(-1, keepdim=True).clamp(0, 1)
    alpha2 = material.roughness.clamp_min(0.05) ** 4
    distribution = alpha2 / ((at_half * at_half * (alpha2 - 1) + 1) ** 2)  # times pi: lights are given over pi
    masking = 1 / (_smith(facing, alpha2) * _smith(seen, alpha2))
    fresnel = specular + (1 - specular) * (1 - (eye * half).sum(-1, keepdim=True).clamp(0, 1)) ** 5
    return (diffuse + fresnel * distribution * masking) * facing * colour


def _smith(cosine: Tensor, alpha2: Tensor) -> Tensor:
    """Denominator of Smith's masking for GGX."""
    return cosine + torch.sqrt(alpha2 + (1 - alpha2) * cosine * cosine + 1e-12)
