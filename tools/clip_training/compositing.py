"""Turns geometry buffers and looks into pictures: paint, light, background, and what a camera does to them."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .gbuffers import GBuffers
from .looks import Looks
from .meanings import PAINTS, IntArray
from .patterns import layout

_METALS = tuple(PAINTS.index(name) for name in ("gold", "silver"))


def _uniform(shape: tuple[int, ...], low: float, high: float) -> Tensor:
    return torch.empty(shape).uniform_(low, high)


def to_linear(srgb: Tensor) -> Tensor:
    """SRGB-encoded to linear, 0..1 (IEC 61966-2-1)."""
    return torch.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _to_srgb(linear: Tensor) -> Tensor:
    """Linear to sRGB-encoded with the plain 1/2.2 power, which is close enough for training and twice as fast."""
    return linear.clamp(1e-4, 1).pow(1 / 2.2)


def _directions(count: int) -> Tensor:
    """Unit vectors (count, 3, 1, 1) in camera space that mostly come from the camera's side and from above."""
    raw = torch.randn(count, 3) + torch.tensor([0.0, 0.5, 1.2])
    return F.normalize(raw, dim=1)[..., None, None]


def _lit(base: Tensor, normals: Tensor, looks: Looks) -> Tensor:
    """Light a linear base colour (B, 3, S, S): ambient with a gradient, two lamps, highlights on shiny looks."""
    count = len(base)
    tint = 1 + _uniform((count, 3, 1, 1), -0.08, 0.08)
    ambient = _uniform((count, 1, 1, 1), 0.15, 0.9)
    up = normals[:, 1:2] * _uniform((count, 1, 1, 1), 0.0, 0.4)
    key, fill = _directions(count), _directions(count)
    key_power = (_uniform((count, 1, 1, 1), 0.9, 1.3) - ambient).clamp(min=0.1) * _uniform((count, 1, 1, 1), 0.7, 1.5)
    light = ambient * (1 + up) + key_power * (normals * key).sum(dim=1, keepdim=True).clamp(min=0)
    light = light + 0.25 * key_power * (normals * fill).sum(dim=1, keepdim=True).clamp(min=0)
    radiance = base * (light * tint)
    shiny = torch.from_numpy(np.flatnonzero(looks.finish == 1))
    if len(shiny):
        n = normals[shiny]
        half = F.normalize(key[shiny] + torch.tensor([0.0, 0.0, 1.0])[:, None, None], dim=1)
        power = _uniform((len(shiny), 1, 1, 1), 12, 60)
        peak = (n * half).sum(dim=1, keepdim=True).clamp(min=0).pow(power) * _uniform((len(shiny), 1, 1, 1), 0.25, 0.9)
        rim = 0.3 * (1 - n[:, 2:].clamp(0, 1)).pow(3)
        metal = torch.from_numpy(np.isin(looks.first[shiny.numpy()], _METALS)).float()[:, None, None, None]
        sky = (0.5 + 0.9 * n[:, 1:2] * n[:, 2:]).clamp(0.1, 1.2)
        colour = base[shiny]
        glossy = radiance[shiny] + peak + rim * (1 - metal) * 0.5
        metallic = 0.35 * radiance[shiny] + colour * (sky + 2 * peak)
        radiance[shiny] = glossy + (metallic - glossy) * metal
    return radiance


def _backgrounds(count: int, size: int) -> Tensor:
    """Random backgrounds (count, 3, size, size), sRGB: flat, blurred noise, checks, gradients."""
    result = torch.rand(count, 3, 1, 1).expand(count, 3, size, size).clone()
    neutral = torch.rand(count) < 0.3
    result[neutral] = torch.rand(int(neutral.sum()), 1, 1, 1)
    kinds = torch.multinomial(torch.tensor([0.45, 0.25, 0.15, 0.15]), count, replacement=True)
    noisy, checked, graded = ((kinds == value).nonzero()[:, 0] for value in (1, 2, 3))
    for grain, chosen in zip((3, 6, 12), noisy.tensor_split(3), strict=True):
        if len(chosen):
            noise = _uniform((len(chosen), 3, grain, grain), -0.4, 0.4)
            result[chosen] += F.interpolate(noise, (size, size), mode="bilinear", align_corners=False)
    if len(checked):
        place = torch.arange(size) / size
        cells, shift = _uniform((len(checked), 1, 1, 1), 2, 10), torch.rand(len(checked), 2, 1, 1)
        wave = torch.sin(torch.pi * (place[:, None] * cells + shift[:, :1])) * torch.sin(
            torch.pi * (place[None, :] * cells + shift[:, 1:])
        )
        share = (wave * 4 + 0.5).clamp(0, 1)
        result[checked] = result[checked] * share + torch.rand(len(checked), 3, 1, 1) * (1 - share)
    if len(graded):
        ramp = torch.linspace(0, 1, size)[None, None, :, None]
        result[graded] = result[graded] * ramp + torch.rand(len(graded), 3, 1, 1) * (1 - ramp)
    return result.clamp(0, 1)


def crop(images: Tensor, size: int, smallest: float) -> Tensor:
    """A random, slightly tilted crop of each image (B, 3, S, S), scaled to ``size``."""
    count = len(images)
    scale = torch.where(torch.rand(count) < 0.45, torch.ones(count), _uniform((count,), smallest, 1.0))
    shift = (1 - scale)[:, None] * _uniform((count, 2), -1, 1)
    theta = torch.zeros(count, 2, 3)
    theta[:, 0, 0] = scale
    theta[:, 1, 1] = scale
    theta[:, 0, 1], theta[:, 1, 0] = _uniform((count,), -0.06, 0.06), _uniform((count,), -0.06, 0.06)
    theta[:, :, 2] = shift
    grid = F.affine_grid(theta, [count, 3, size, size], align_corners=False)
    return F.grid_sample(images, grid, mode="bilinear", padding_mode="border", align_corners=False)


def _camera(images: Tensor) -> Tensor:
    """Softness, noise, brightness as cameras and codecs add them."""
    count = len(images)
    soft = (torch.rand(count) < 0.25).nonzero()[:, 0]
    if len(soft):
        images[soft] = F.avg_pool2d(F.pad(images[soft], (1, 1, 1, 1), mode="replicate"), 3, stride=1)
    noisy = (torch.rand(count) < 0.3).nonzero()[:, 0]
    if len(noisy):
        images[noisy] += torch.randn_like(images[noisy]) * _uniform((len(noisy), 1, 1, 1), 0.005, 0.04)
    return images.clamp(0, 1)


def compose(buffers: GBuffers, index: IntArray, looks: Looks, size: int, smallest_crop: float = 0.7) -> Tensor:
    """Pictures (B, 3, size, size) sRGB-encoded in 0..1 of the buffers at ``index`` (B,) with the given looks.

    Random draws come from torch's global generator.
    """
    chosen = torch.from_numpy(index)
    coverage = buffers.coverage[chosen].float() / 255
    normals = buffers.normals[chosen].float() / 127
    positions = buffers.positions[chosen].float()
    regions = buffers.regions[chosen].float() / 255
    colours = to_linear(torch.from_numpy(looks.rgb))
    shares = layout(looks.kind, positions, regions)
    base = torch.einsum("bkhw,bkc->bchw", shares, colours)
    grainy = (torch.rand(len(chosen)) < 0.25).nonzero()[:, 0]
    if len(grainy):
        side = base.shape[-1]
        grain = _uniform((len(grainy), 3, side // 2, side // 2), -0.25, 0.25)
        base[grainy] *= 1 + F.interpolate(grain, (side, side), mode="bilinear", align_corners=False)
    picture = _to_srgb(_lit(base, normals, looks))
    picture = torch.lerp(_backgrounds(len(chosen), picture.shape[-1]), picture, coverage)
    flipped = torch.where((torch.rand(len(chosen)) < 0.5)[:, None, None, None], picture.flip(3), picture)
    return _camera(crop(flipped, size, smallest_crop))
